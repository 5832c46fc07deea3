import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { emit } from '../builder/emit.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import type { Json, PipelineDocument } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { walkSteps } from '../definition/walk.ts';
import { changeText } from '../emit/diff-text.ts';
import { diffDocuments } from '../emit/diff.ts';
import { type TypeScriptModule, toTypeScript } from '../emit/typescript/pipeline.ts';
import { type Answer, defineCommand } from './command.ts';
import type { Context } from './context.ts';
import { loadPipeline } from './load/load-pipeline.ts';
import { definitionIn, fileOf, textOf } from './read-source.ts';
import { writeTextFile } from './write-file.ts';

/** Turns a definition into TypeScript. */
export const importDocument = defineCommand({
  name: 'sagemaker-pipelines import',
  summary:
    'Writes a definition from anywhere as a TypeScript pipeline, and makes sure that this emits the definition again.',
  examples: [
    'sagemaker-pipelines import pipelinedefinition.json --file-name pipelines/churn/pipeline.ts',
    'sagemaker-pipelines import churn.json --name churn --file-name -',
  ],
  options: {
    'file-name': { type: 'text', alias: ['f'], describe: 'Where to write; - for stdout [pipeline.ts]' },
    name: { type: 'text', alias: ['n'], describe: "The pipeline's name [from the definition's file or folder]" },
    force: { type: 'flag', describe: 'Write over a file that is there and says something else' },
  },
  operands: { name: 'a definition, or what describe-pipeline answers; - for stdin', least: 1, most: 1 },
  async run(args, context, [word = '-']): Promise<Answer> {
    if (args.name !== undefined) checkName(args.name);
    const file = fileOf(word, context);
    const target = args['file-name'] ?? 'pipeline.ts';
    const source = definitionIn(textOf(file), file);
    const path = resolve(context.cwd, target);
    const name = args.name ?? source.about.name ?? nameFor(file, target === '-' ? context.cwd : dirname(path));
    const module = toTypeScript(source.document, { ...source.about, name });
    const differences = await differencesOf(source.document, module.text, context);
    const diagnostics = [...customNotes(module), ...differences];
    const steps = [...walkSteps(source.document)].length;
    const said =
      differences.length === 0 ? 'it emits the definition that it was written from' : 'it emits something else';
    const summary = `${name}: ${steps} ${steps === 1 ? 'step' : 'steps'}; ${said}`;
    const data = {
      pipeline: name,
      steps,
      isEqual: differences.length === 0,
      customSteps: module.customSteps as unknown as Json,
    };
    if (target === '-') {
      return { text: module.text, data: { ...data, text: module.text }, notes: [summary], diagnostics };
    }
    if (args.force !== true) refuseToReplace(path, target, module.text);
    mkdirSync(dirname(path), { recursive: true });
    const outcome = writeTextFile(path, module.text);
    const ending = outcome === 'written' ? `wrote ${target}` : `${target} is unchanged`;
    return {
      text: `${target}\n`,
      data: { ...data, file: path, outcome },
      notes: [`${summary}; ${ending}`],
      diagnostics,
    };
  },
});

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html */
function checkName(name: string): void {
  if (/^[A-Za-z0-9](?:-*[A-Za-z0-9]){0,255}$/.test(name)) return;
  throw new PipelineError('usage', 'bad-value', `AWS takes no pipeline called "${name}"`, {
    fix: 'letters, digits and dashes between them, 256 at most',
  });
}

// Files that are called by what they are and not by what they are about.
const NAMELESS = ['-', 'pipelinedefinition', 'definition', 'pipeline'];

/** A name that AWS takes, from the definition's file or else from the folder that the module goes into. */
function nameFor(file: string, folder: string): string {
  const own = basename(file, '.json');
  const name = (NAMELESS.includes(own) ? basename(folder) : own).replace(/[^A-Za-z0-9]+/g, '-');
  return name.replace(/^-+|-+$/g, '') || 'imported';
}

/** Loads the module as a command would and holds what it emits against the definition. */
async function differencesOf(document: PipelineDocument, text: string, context: Context): Promise<Diagnostic[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sagemaker-pipelines-import-'));
  try {
    const file = join(folder, 'pipeline.ts');
    writeFileSync(file, text);
    // No region is in what was written: every image is there as text.
    const emitted = emit(await loadPipeline(file, undefined, context), { region: 'us-east-1' }).definition;
    const changes = diffDocuments(document, JSON.parse(JSON.stringify(emitted)) as PipelineDocument);
    return changes.map((change) => ({
      code: 'import-differs',
      severity: 'warning',
      message: `The module emits something else${change.step === undefined ? '' : ` in step ${change.step}`}`,
      detail: changeText(change),
      ...(change.path === '' ? {} : { path: change.path }),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const SHOWN = 5;

/** One note a reason: a definition of a thousand like steps has one thing to be said of. */
function customNotes({ customSteps }: TypeScriptModule): Diagnostic[] {
  const reasons = new Map<string, string[]>();
  for (const { step, why } of customSteps) reasons.set(why, [...(reasons.get(why) ?? []), step]);
  return [...reasons].map(([why, steps]) => {
    const more = steps.length > SHOWN ? ` and ${steps.length - SHOWN} more` : '';
    const names = steps.slice(0, SHOWN).join(', ') + more;
    return { code: 'custom-step', severity: 'note', message: `Written as step.custom: ${names}`, detail: why };
  });
}

/** A module is somebody's work, which a definition is not. */
function refuseToReplace(path: string, target: string, text: string): void {
  if (!existsSync(path) || textOf(path) === text) return;
  throw new PipelineError('usage', 'file-exists', `${target} is there already and says something else`, {
    detail: 'nothing was written',
    fix: '--file-name with another name, or --force',
  });
}

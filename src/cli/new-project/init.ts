import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PipelineError } from '../../definition/error.ts';
import { type Answer, defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { quote } from '../rerun.ts';
import { writeTextFile } from '../write-file.ts';
import { completePackage, specifierOf } from './package-json.ts';
import { type ProjectFile, readTemplate } from './template.ts';

/** What becomes of a file of the new project. */
interface Plan extends ProjectFile {
  readonly state: 'new' | 'completed' | 'unchanged' | 'kept';
  readonly why?: string | undefined;
}

/** As the template calls its pipeline. */
const NAME = 'delivery_times';
/** What AWS takes for the name of a pipeline, in the letters of a folder. */
const PIPELINE_NAME = /^(?=.{1,256}$)[a-z0-9]+(?:[-_][a-z0-9]+)*$/;
const MANIFEST = 'package.json';

/** Makes a project that works. */
export const init = defineCommand({
  name: 'sagemaker-pipelines init',
  summary:
    'Makes a project that works: a pipeline with its scripts and sample data, tests, settings, a build for CodeBuild. No file that is there is overwritten.',
  examples: ['sagemaker-pipelines init', 'sagemaker-pipelines init my-project --name churn --dry-run'],
  options: {
    name: { type: 'text', alias: ['n'], describe: `What the pipeline is called [${NAME}]` },
    'dry-run': { type: 'flag', describe: 'List the files, and write none' },
  },
  operands: { name: 'a folder [this one]', least: 0, most: 1 },
  async run(args, context, [operand = '.']): Promise<Answer> {
    const folder = resolve(context.cwd, operand);
    const pipeline = pipelineOf(args.name ?? NAME);
    const isDry = args['dry-run'] === true;
    const plans = planProject(folder, pipeline, context);
    const foreign = plans.find(({ path, state }) => state === 'kept' && path.startsWith('pipelines/'));
    if (foreign !== undefined) throw pipelineIsThere(foreign, pipeline);
    if (!isDry) for (const plan of plans) write(plan, folder);
    const kept = plans.filter(({ state }) => state === 'kept').map(({ path }) => path);
    const next = nextCommands(folder, pipeline, context);
    return {
      text: [...plans.map((plan) => lineOf(plan, isDry)), '', 'next:', ...next.map((line) => `  ${line}`), ''].join(
        '\n',
      ),
      data: {
        folder,
        pipeline,
        dryRun: isDry,
        files: plans.map(({ path, state, why }) => ({ path, state, ...(why === undefined ? {} : { why }) })),
        next,
      },
      notes: kept.length === 0 ? [] : [`note: kept as it was, since it was there: ${kept.join(', ')}`],
      diagnostics: [],
    };
  },
});

function pipelineOf(given: string): string {
  if (PIPELINE_NAME.test(given)) return given.replaceAll('-', '_');
  const near = slug(given);
  throw new PipelineError('usage', 'bad-value', `--name cannot be "${given}"`, {
    detail: 'a pipeline is called by small letters, digits, and _ or - between them, at most 256',
    fix: PIPELINE_NAME.test(near) ? `--name ${near.replaceAll('-', '_')}` : undefined,
  });
}

function slug(text: string): string {
  return (
    text
      .normalize('NFKD')
      .replaceAll(/\p{M}/gu, '')
      // Upper case has no ß and no ligatures.
      .toUpperCase()
      .toLowerCase()
      .replaceAll(/[^a-z0-9_]+/g, '-')
      .replaceAll(/^[-_]+|[-_]+$/g, '')
  );
}

function planProject(folder: string, pipeline: string, { installation, version }: Context): Plan[] {
  // The template lies beside the library's entry file.
  const template = fileURLToPath(new URL('template/', installation.library));
  const library = fileURLToPath(new URL('..', installation.library)).replace(/[\\/]$/, '');
  const project = slug(basename(folder)) || 'my-project';
  return readTemplate(template, { project, pipeline }).map((file) => {
    const text = file.path === MANIFEST ? withLibrary(file.text, specifierOf(library, version(), folder)) : file.text;
    return planFile({ ...file, text }, folder);
  });
}

function withLibrary(manifest: string, specifier: string): string {
  return manifest.replace(/("sagemaker-pipelines": )"0\.0\.0"/, (_, name: string) => name + JSON.stringify(specifier));
}

function planFile(file: ProjectFile, folder: string): Plan {
  const target = join(folder, file.path);
  const present = look(() => lstatSync(target, { throwIfNoEntry: false }), target);
  if (present === undefined) return { ...file, state: 'new' };
  const isText = present.isFile() || (present.isSymbolicLink() && file.path === MANIFEST);
  if (!isText) return { ...file, state: 'kept', why: present.isDirectory() ? 'a folder' : 'no file of its own' };
  const text = look(() => readFileSync(target, 'utf8'), target);
  if (text === file.text) return { ...file, state: 'unchanged' };
  if (file.path !== MANIFEST) return { ...file, state: 'kept', why: 'it was there' };
  const completed = completePackage(text, file.text, target);
  if (completed.added.length === 0) return { ...file, state: 'unchanged' };
  return { ...file, text: completed.text, state: 'completed', why: `added ${completed.added.join(', ')}` };
}

function look<Found>(find: () => Found, path: string): Found {
  try {
    return find();
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function write({ path, text, state }: Plan, folder: string): void {
  const target = join(folder, path);
  if (state === 'completed') return void writeTextFile(target, text);
  if (state !== 'new') return;
  try {
    mkdirSync(dirname(target), { recursive: true });
    // Fails where a file has come between the plan and this.
    writeFileSync(target, text, { flag: 'wx' });
  } catch (cause) {
    throw unwritable(target, cause);
  }
}

function unwritable(path: string, cause: unknown): PipelineError {
  return new PipelineError('usage', 'cannot-write', `${path} cannot be written`, {
    detail: (cause as Error).message.split(',')[0],
    fix: 'give a folder that may be written to: sagemaker-pipelines init FOLDER',
    cause,
  });
}

function pipelineIsThere({ path }: Plan, pipeline: string): PipelineError {
  return new PipelineError('usage', 'pipeline-exists', `There is a pipeline ${pipeline} already, another one`, {
    detail: `${path} is not the template's; nothing was written`,
    fix: `sagemaker-pipelines init --name ${pipeline}_2`,
  });
}

function lineOf({ path, state, why }: Plan, isDry: boolean): string {
  const said =
    isDry && state === 'new' ? 'would write' : isDry && state === 'completed' ? 'would complete' : WORDS[state];
  return `${said.padEnd(isDry ? 'would complete'.length : 'completed'.length)}  ${path}${why === undefined ? '' : `  (${why})`}`;
}

const WORDS = { new: 'written', completed: 'completed', unchanged: 'unchanged', kept: 'kept' } as const;

function nextCommands(folder: string, pipeline: string, { cwd }: Context): string[] {
  const enter = folder === cwd ? '' : `cd ${quote(relative(cwd, folder))} && `;
  return [`${enter}npm install`, `npx run-pipeline --name ${pipeline} --local`];
}

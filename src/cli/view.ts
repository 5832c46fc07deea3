import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { hasErrors } from '../definition/diagnostic.ts';
import { PipelineError, isPipelineError } from '../definition/error.ts';
import { type PastRun, findRun, runIn } from '../run/local/read-runs.ts';
import { RUN_RECORD } from '../run/local/run-folder.ts';
import { type Answer, defineCommand } from './command.ts';
import { readConfig } from './config.ts';
import type { Context } from './context.ts';
import { listPipelines } from './find-pipeline.ts';
import { REPORT, writeReport } from './leave-report.ts';
import { openPage } from './open-page.ts';
import { isDocumentFile, readSource } from './read-source.ts';
import { regionOf } from './settings.ts';
import { stateFolderOf } from './state-folder.ts';
import { writeTextFile } from './write-file.ts';

/** Shows a run or a definition as a page. */
export const view = defineCommand({
  name: 'sagemaker-pipelines view',
  summary:
    'Makes a page of a run on this machine, of a definition from anywhere or of a pipeline, and says where it is.',
  examples: ['sagemaker-pipelines view latest --open', 'sagemaker-pipelines view pipelinedefinition.json --open'],
  options: {
    open: { type: 'flag', describe: 'Show the page in a browser' },
    'file-name': { type: 'text', alias: ['f'], describe: 'Where to write it; - for stdout [.sagemaker-pipelines]' },
    region: { type: 'text', describe: 'The region, for a pipeline [AWS_REGION, else us-east-1]' },
    kwargs: { type: 'text', describe: 'Options for a pipeline that is a function: JSON, or a Python dict' },
  },
  operands: { name: 'a run, a definition or the name of a pipeline [latest]', least: 0, most: 1 },
  async run(args, context, [word = 'latest']): Promise<Answer> {
    const target = args['file-name'];
    if (target === '-' && args.open === true) {
      throw new PipelineError('usage', 'bad-value', '--open needs a file, and --file-name - makes none');
    }
    const made = meansRun(word, context)
      ? await pageOfRun(word, target, context)
      : await pageOfSource(word, { ...args, target }, context);
    if (made.text !== undefined) return answer(made.text, { page: null }, made);
    const opened = args.open === true ? await openPage(made.path, context) : [];
    return answer(`${made.path}\n`, { page: made.path }, { diagnostics: [...made.diagnostics, ...opened] });
  },
});

type Made = { readonly diagnostics: Answer['diagnostics'] } & (
  | { readonly path: string; readonly text?: undefined }
  | { readonly text: string; readonly path?: undefined }
);

function answer(text: string, data: Answer['data'], { diagnostics }: Pick<Made, 'diagnostics'>): Answer {
  return { text, data, notes: [], diagnostics };
}

/** What is a file or a pipeline of this project is that; every other word is taken for a run. */
function meansRun(word: string, context: Context): boolean {
  if (isRunFolder(resolve(context.cwd, word))) return true;
  if (isDocumentFile(word) || existsSync(resolve(context.cwd, word))) return false;
  return !listPipelines(context.cwd).some(({ name }) => name === word);
}

/** Also one that came from elsewhere, such as a build server. */
function isRunFolder(path: string): boolean {
  return existsSync(join(path, RUN_RECORD));
}

async function pageOfRun(word: string, target: string | undefined, context: Context): Promise<Made> {
  const run = runNamed(word, context);
  const own = join(run.folder, REPORT);
  // The page that the run left shows its outputs as they were; one that still runs has said more since.
  const isThere = run.state !== 'unfinished' && existsSync(own);
  const path = isThere ? own : await writeReport(run.folder, run.pipeline, context);
  if (target === undefined) return { path, diagnostics: [] };
  const { readFile } = await import('node:fs/promises');
  return placed(await readFile(path, 'utf8'), target, context);
}

function runNamed(word: string, context: Context): Pick<PastRun, 'folder' | 'pipeline' | 'state'> {
  const folder = resolve(context.cwd, word);
  try {
    if (isRunFolder(folder)) return runIn(folder);
    return findRun(stateFolderOf(context), word);
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    const known = listPipelines(context.cwd).map(({ name }) => name);
    const pipelines = known.length === 0 ? '' : `; pipelines are: ${known.join(', ')}`;
    throw new PipelineError('usage', 'nothing-to-view', `There is no run, no definition and no pipeline "${word}"`, {
      detail: `${error.message}${error.detail === undefined ? '' : `: ${error.detail}`}${pipelines}`,
      fix: error.fix,
    });
  }
}

async function pageOfSource(
  word: string,
  args: {
    readonly region?: string | undefined;
    readonly kwargs?: string | undefined;
    readonly target: string | undefined;
  },
  context: Context,
): Promise<Made> {
  const config = readConfig(context.cwd);
  const region = regionOf(args.region, context.env, config).value;
  // What AWS would refuse can still be looked at.
  const wanted = { kwargs: args.kwargs, region, otherwise: 'nothing was written', check: false };
  const { assembly, diagnostics } = await readSource(word, wanted, config, context);
  if (hasErrors(diagnostics)) return { text: '', diagnostics };
  const { renderReport } = await import('../report/render-report.ts');
  const page = renderReport({ name: assembly.name, document: assembly.definition });
  if (args.target !== undefined) return { ...placed(page, args.target, context), diagnostics };
  const state = stateFolderOf(context);
  const folder = join(state, 'pages');
  mkdirSync(folder, { recursive: true });
  // As for a run: what is made belongs into no repository.
  if (!existsSync(join(state, '.gitignore'))) writeFileSync(join(state, '.gitignore'), '*\n');
  const path = join(folder, `${assembly.name.replaceAll(/[^A-Za-z0-9_-]/g, '-')}.html`);
  writeTextFile(path, page);
  return { path, diagnostics };
}

function placed(page: string, target: string, context: Context): Made {
  if (target === '-') return { text: page, diagnostics: [] };
  const path = resolve(context.cwd, target);
  writeTextFile(path, page);
  return { path, diagnostics: [] };
}

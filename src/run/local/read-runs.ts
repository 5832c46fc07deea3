import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PipelineError } from '../../definition/error.ts';
import type { RunEvent, RunState } from '../../definition/events.ts';
import { isObject, jsonIn } from '../../definition/expression.ts';
import { didYouMean } from '../../definition/suggest.ts';
import { EVENTS, RUNS, RUN_RECORD, type RunRecord, stepFolder } from './run-folder.ts';

/** A run as its folder tells of it. */
export interface PastRun extends RunRecord {
  readonly folder: string;
  /** `unfinished`: it still runs, or was killed. */
  readonly state: Exclude<RunState, 'running' | 'stopping'> | 'unfinished';
  readonly seconds: number | null;
}

/** The runs of a project, the newest first. */
export function listRuns(stateFolder: string): PastRun[] {
  return namesIn(join(stateFolder, RUNS))
    .toReversed()
    .flatMap((name) => {
      const run = readRun(join(stateFolder, RUNS, name));
      return run === undefined ? [] : [run];
    });
}

/** The run of a name, of the beginning of one, or `latest`. */
export function findRun(stateFolder: string, name: string): PastRun {
  // A process that was killed while it made the folder has left one without a run.
  const names = namesIn(join(stateFolder, RUNS)).filter((each) =>
    existsSync(join(stateFolder, RUNS, each, RUN_RECORD)),
  );
  const meant =
    name === 'latest' ? names.slice(-1) : names.includes(name) ? [name] : names.filter((each) => each.startsWith(name));
  const run = meant.length === 1 ? readRun(join(stateFolder, RUNS, meant[0]!)) : undefined;
  if (run !== undefined) return run;
  throw new PipelineError(
    'usage',
    'no-such-run',
    `This project has ${meant.length > 1 ? 'several runs' : 'no run'} "${name}"`,
    {
      detail: meant.length > 1 ? meant.join(', ') : undefined,
      fix: didYouMean(name, names) ?? 'sagemaker-pipelines runs list',
    },
  );
}

/** Refuses a run of another pipeline than the one that is asked for, whichever flag has named it. */
export function refuseOther(
  { run, pipeline }: PastRun,
  asked: string,
  stateFolder: string,
  flag: '--resume' | '--source-execution' = '--resume',
): void {
  if (pipeline === asked) return;
  const own = listRuns(stateFolder).find((each) => each.pipeline === asked);
  throw new PipelineError('usage', 'other-pipeline', `The run ${run} is one of ${pipeline}, not of ${asked}`, {
    fix: own === undefined ? `name the pipeline that it is a run of: ${pipeline}` : `${flag} ${own.run}`,
  });
}

/** What a run said, without the lines of its logs. */
export function readEvents({ folder }: Pick<PastRun, 'folder'>): RunEvent[] {
  const lines = textOf(join(folder, EVENTS))?.split('\n') ?? [];
  return lines.flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as RunEvent];
    } catch {
      // The last line of a run that was killed may be half a line.
      return [];
    }
  });
}

/** What a step of a run wrote; undefined for a stream to which it wrote nothing. */
export function readLog(
  { folder }: Pick<PastRun, 'folder'>,
  step: string,
  stream: 'stdout' | 'stderr',
): string | undefined {
  return textOf(join(stepFolder({ path: folder }, step), stream));
}

/** The run that a folder is of. */
export function runIn(folder: string): PastRun {
  const run = readRun(folder);
  if (run !== undefined) return run;
  throw new PipelineError('usage', 'no-such-run', `${folder} is not the folder of a run`);
}

function readRun(folder: string): PastRun | undefined {
  const text = textOf(join(folder, RUN_RECORD));
  const record = text === undefined ? undefined : recordIn(text);
  if (record === undefined) return undefined;
  // A run may have ended, been resumed and not ended again.
  const end = readEvents({ folder }).findLast(({ type }) => type === 'run-ended' || type === 'run-started');
  if (end?.type !== 'run-ended') return { ...record, folder, state: 'unfinished', seconds: null };
  return { ...record, folder, state: end.state, seconds: end.seconds };
}

/** A file that a broken disk or an editor has left otherwise tells of no run. */
function recordIn(text: string): RunRecord | undefined {
  const record = jsonIn(text);
  if (!isObject(record) || !isObject(record['parameters']) || !isObject(record['given'])) return undefined;
  const isNamed = ['run', 'pipeline', 'started'].every((member) => typeof record[member] === 'string');
  return isNamed ? (record as unknown as RunRecord) : undefined;
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
}

import type { PipelineDocument } from '../../definition/document.ts';
import { PipelineError } from '../../definition/error.ts';
import { graphOf } from '../../definition/graph.ts';
import { chosenSteps } from '../chosen-steps.ts';
import type { Earlier } from './earlier.ts';
import { type PastRun, findRun, listRuns, refuseOther } from './read-runs.ts';
import { type LocalSelection, readStepRecord } from './run-folder.ts';

/** A selection that is known to work. */
interface Selected {
  readonly steps: ReadonlySet<string>;
  /** What was asked for, with the run that was found where none was named. */
  readonly selection: LocalSelection;
  readonly earlier: Earlier;
}

/**
 * Some steps are run, as the service does it: for what they read from the others the results of an earlier run stand in.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-selective-ex.html
 */
export function selectLocally(
  document: PipelineDocument,
  { stateFolder, pipeline }: { readonly stateFolder: string; readonly pipeline: string },
  selection: LocalSelection,
): Selected | undefined {
  const names = chosenSteps(document, selection);
  if (names === undefined) return undefined;
  const steps = new Set(names);
  const source = sourceOf(stateFolder, pipeline, selection.source);
  const recordOf = (step: string) => {
    const record = source === undefined ? undefined : readStepRecord({ path: source.folder }, step);
    return record?.state === 'succeeded' ? record : undefined;
  };
  for (const { step, needs, kind } of graphOf(document).edges) {
    // For a step that it only comes after, having been left out is as good as having ended.
    if (!steps.has(step) || steps.has(needs) || kind === 'dependsOn' || recordOf(needs) !== undefined) continue;
    throw new PipelineError('usage', 'no-result', `${step} needs what ${needs} makes, and no run has it`, {
      detail: source === undefined ? 'no run of the pipeline has ended' : `${needs} has not succeeded in ${source.run}`,
      fix: `run ${needs} too (--from ${needs}), or name a run that has it: --source-execution RUN`,
    });
  }
  return {
    steps,
    selection: { only: selection.only, from: selection.from, source: source?.run },
    earlier: (step) => {
      if (steps.has(step.Name)) return Promise.resolve({});
      const record = recordOf(step.Name);
      const reason = record === undefined ? 'not selected' : `not selected: its result is that of run ${source!.run}`;
      const none = { state: 'skipped', ended: source?.started ?? '' } as const;
      return Promise.resolve({ record: record ?? none, state: 'skipped', reason });
    },
  };
}

function sourceOf(stateFolder: string, pipeline: string, name: string | undefined): PastRun | undefined {
  if (name === undefined) {
    return listRuns(stateFolder).find((run) => run.pipeline === pipeline && run.state !== 'unfinished');
  }
  const run = findRun(stateFolder, name);
  refuseOther(run, pipeline, stateFolder, '--source-execution');
  return run;
}

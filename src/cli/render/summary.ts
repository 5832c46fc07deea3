import { PipelineError } from '../../definition/error.ts';
import type { RunEvent, RunState } from '../../definition/events.ts';

/** What is told last of a run that did not succeed: the step, why, and the end of its log. */
export function failureOf(run: string, state: RunState, events: readonly RunEvent[]): PipelineError | undefined {
  if (state === 'stopped') return new PipelineError('interrupted', 'stopped', `The run was stopped: ${run}`);
  if (state !== 'failed') return undefined;
  const failed = events.findLast((event) => event.type === 'step-ended' && event.state === 'failed');
  if (failed?.type !== 'step-ended') return new PipelineError('failed', 'run-failed', `The run failed: ${run}`);
  const { step, reason, tail = [] } = failed;
  return new PipelineError('failed', 'step-failed', `${step} failed${reason === undefined ? '' : `: ${reason}`}`, {
    detail: tail.length === 0 ? undefined : tail.join('\n  '),
  });
}

import { PipelineError } from '../definition/error.ts';
import type { Arguments } from './command.ts';
import type { SAGEMAKER_FLAGS } from './on-sagemaker.ts';
import type { LOCAL_FLAGS } from './on-this-machine.ts';
import type { Target } from './plan.ts';

type Given = Arguments<typeof SAGEMAKER_FLAGS> & Arguments<typeof LOCAL_FLAGS>;
type Flag = keyof Given;

/** What decides which steps run, or in which execution, and has no meaning on a machine. */
const OF_EXECUTIONS: readonly Flag[] = ['only', 'from', 'source-execution', 'request-token', 'pipeline-name'];
const OF_THIS_MACHINE: readonly Flag[] = ['map', 'fetch', 'runtime', 'open', 'strict-environment', 'cache', 'resume'];

/** Refuses flags that would have no effect where the run goes: whoever gave one means it. */
export function checkFlags(target: Target, args: Given): void {
  const idle = (target === 'local' ? OF_EXECUTIONS : OF_THIS_MACHINE).find((flag) => isGiven(args[flag]));
  if (idle === undefined) return;
  if (target !== 'local') {
    throw new PipelineError('usage', 'flag-of-local-runs', `--${idle} is for runs on this machine`, {
      fix: 'add --local, or leave it out',
    });
  }
  throw new PipelineError('usage', 'flag-of-executions', `--${idle} is for executions on SageMaker`, {
    detail: 'a run on this machine has all steps',
    fix: '--resume latest goes on with the last run, with the results that it has; --cache takes those of earlier runs',
  });
}

function isGiven(value: Given[Flag]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

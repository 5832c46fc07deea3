import { PipelineError } from '../definition/error.ts';
import type { Arguments } from './command.ts';
import type { SAGEMAKER_FLAGS } from './on-sagemaker.ts';
import type { LOCAL_FLAGS } from './on-this-machine.ts';
import type { Target } from './plan.ts';

type Given = Arguments<typeof SAGEMAKER_FLAGS> & Arguments<typeof LOCAL_FLAGS>;
type Flag = keyof Given;

/** What is asked of AWS alone. */
const OF_EXECUTIONS: readonly Flag[] = ['request-token', 'pipeline-name'];
const OF_THIS_MACHINE: readonly Flag[] = [
  'map',
  'fetch',
  'runtime',
  'open',
  'strict-environment',
  'function',
  'callback',
  'cache',
  'resume',
];

/** Refuses flags that would have no effect where the run goes: whoever gave one means it. */
export function checkFlags(target: Target, args: Given): void {
  const idle = (target === 'local' ? OF_EXECUTIONS : OF_THIS_MACHINE).find((flag) => isGiven(args[flag]));
  if (idle === undefined) return;
  if (target !== 'local') {
    throw new PipelineError('usage', 'flag-of-local-runs', `--${idle} is for runs on this machine`, {
      fix: 'add --local, or leave it out',
    });
  }
  throw new PipelineError('usage', 'flag-of-executions', `--${idle} is for executions in an account`, {
    fix: 'leave it out: a run on this machine has a name of its own',
  });
}

function isGiven(value: Given[Flag]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

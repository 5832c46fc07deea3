import { PipelineError } from '../definition/error.ts';
import type { Options } from './command.ts';
import { SAGEMAKER_FLAGS } from './on-sagemaker.ts';
import { STEP_FUNCTIONS_FLAGS } from './on-step-functions.ts';
import { LOCAL_FLAGS } from './on-this-machine.ts';
import { TARGETS, type Target } from './plan.ts';

const WORDS: Readonly<Record<Target, { readonly name: string; readonly flag: string }>> = {
  sagemaker: { name: 'SageMaker', flag: '--on sagemaker' },
  'step-functions': { name: 'Step Functions', flag: '--on step-functions' },
  local: { name: 'this machine', flag: '--local' },
};

const SERVICES: readonly Target[] = ['sagemaker', 'step-functions'];

/** Where a flag that is not for every run means something. */
const MEANT_FOR: Readonly<Record<string, readonly Target[]>> = {
  ...each(SAGEMAKER_FLAGS, SERVICES),
  ...each(STEP_FUNCTIONS_FLAGS, ['step-functions']),
  ...each(LOCAL_FLAGS, ['local']),
  profile: TARGETS,
  wait: SERVICES,
  diff: SERVICES,
  'display-name': ['sagemaker'],
  // A state machine runs as a whole.
  ...Object.fromEntries(
    ['max-parallel', 'only', 'from', 'source-execution'].map((flag) => [flag, ['sagemaker', 'local']]),
  ),
};

function each(options: Options, targets: readonly Target[]): Record<string, readonly Target[]> {
  return Object.fromEntries(Object.keys(options).map((flag) => [flag, targets]));
}

/** Refuses the flags that mean nothing where the run goes or beside the others: dropped without a word, they would be missed too late. */
export function refuseForeignFlags(args: Readonly<Record<string, unknown>>, target: Target): void {
  for (const [flag, targets] of Object.entries(MEANT_FOR)) {
    const value = args[flag];
    if (targets.includes(target) || value === undefined || isEmpty(value)) continue;
    const written = value === false ? `--no-${flag}` : `--${flag}`;
    const others = targets.map((other) => WORDS[other].flag).join(' or ');
    throw new PipelineError('usage', 'bad-value', `${written} means nothing to a run on ${WORDS[target].name}`, {
      fix: `leave ${written} out, or run with ${others}`,
    });
  }
  if (args['source-execution'] !== undefined && args['from'] === undefined && isEmpty(args['only'])) {
    throw new PipelineError('usage', 'bad-value', '--source-execution needs to know which steps are to run', {
      fix: 'add --from STEP or --only STEP',
    });
  }
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

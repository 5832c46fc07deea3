import { PipelineError } from '../definition/error.ts';
import { MASK } from '../definition/secrets.ts';
import { findRun, refuseOther } from '../run/local/read-runs.ts';
import type { Context } from './context.ts';
import type { GivenValues } from './parameters.ts';
import { stateFolderOf } from './state-folder.ts';

/** The parameters that a run was started with, for when it goes on; secrets are kept nowhere and are given once more. */
export function resumedValues(
  name: string,
  pipeline: string,
  given: readonly GivenValues[],
  context: Pick<Context, 'cwd'>,
): GivenValues {
  const stateFolder = stateFolderOf(context);
  const found = findRun(stateFolder, name);
  refuseOther(found, pipeline, stateFolder);
  const { run, given: before } = found;
  const isGiven = (parameter: string): boolean => given.some(({ values }) => Object.hasOwn(values, parameter));
  const entries = Object.entries(before).filter(([parameter]) => !isGiven(parameter));
  const secrets = entries.flatMap(([parameter, value]) => (value === MASK ? [parameter] : []));
  if (secrets.length > 0) {
    throw new PipelineError('usage', 'secret-not-kept', `${run} was started with secrets, and those are not kept`, {
      fix: `give them again: ${secrets.map((parameter) => `--param ${parameter}=VALUE`).join(' ')}`,
    });
  }
  return { from: 'run', values: Object.fromEntries(entries) };
}

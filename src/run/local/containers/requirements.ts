import { type PythonEnvironment, ofStep } from './environments.ts';
import { addRequirements } from './layers.ts';
import type { Workshop } from './workshop.ts';

/** The environment with what a source folder requires beside the image, or how pip failed, as its log has it. */
export async function withRequirements(
  { cache }: Workshop,
  environment: PythonEnvironment,
  file: string | undefined,
  scratch: string,
  step: string | undefined,
): Promise<PythonEnvironment | string> {
  if (file === undefined) return environment;
  const added = await addRequirements(ofStep(cache, step), environment, file, scratch);
  if ('folder' in added) return added;
  return ['the requirements of the code could not be installed', ...added.lines.slice(-TAIL)].join('\n');
}

const TAIL = 20;

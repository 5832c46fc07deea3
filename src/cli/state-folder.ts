import { join } from 'node:path';
import type { Context } from './context.ts';

/** Where the store, the registry and the runs of the project in the current folder are. */
export function stateFolderOf({ cwd }: Pick<Context, 'cwd'>): string {
  return join(cwd, '.sagemaker-pipelines');
}

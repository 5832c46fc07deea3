import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A folder of a job's own while it runs. */
export async function withScratch<T>(where: ScratchPlace, use: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = makeScratch(where);
  try {
    return await use(scratch);
  } finally {
    removeScratch(scratch);
  }
}

/** Where such folders are made. */
interface ScratchPlace {
  /** An existing folder with a short path without spaces. */
  readonly temporary: string;
  readonly unique: (digits: number) => string;
}

/** As `withScratch`, for what lives longer than a call. */
export function makeScratch({ temporary, unique }: ScratchPlace): string {
  // Short, without spaces: it stands in the commands of jobs that quote nothing, and in the paths of sockets.
  const scratch = join(temporary, `sagemaker-${unique(8)}`);
  mkdirSync(scratch, { mode: 0o700 });
  return scratch;
}

export function removeScratch(scratch: string): void {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
}

/** The folder that stands for the container's `/` in relative paths: what is `opt/ml` in it is the job's folder. */
export function rootOf(folder: string, scratch: string): string {
  if (basename(folder) === 'ml' && basename(dirname(folder)) === 'opt') return dirname(dirname(folder));
  return shortRoot(folder, scratch);
}

/** As `rootOf`, always a short path without spaces. */
export function shortRoot(folder: string, scratch: string): string {
  mkdirSync(join(scratch, 'opt'));
  symlinkSync(folder, join(scratch, 'opt/ml'));
  return scratch;
}

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PipelineError } from '../../../definition/error.ts';
import type { Supervisor } from './contained.ts';
import { pythonRunner } from './pip.ts';

const SCRIPT = fileURLToPath(new URL('./python/rewrite_paths.py', import.meta.url));

/** Text in which the container's `/opt/ml` is another place. */
export function rewritePaths(text: string, place: string): string {
  return text.replaceAll(/(?<![\w.~/-])\/opt\/ml(?![\w.-])/g, () => place);
}

/** Lets the programs in a folder find their `/opt/ml` at another place; `keep` takes what was there. */
export async function rewriteFolder(
  supervisor: Supervisor,
  folder: string,
  place: string,
  keep: string,
): Promise<void> {
  await callScript(supervisor, folder, ['apply', folder, place, keep]);
}

/** Does something while a folder's programs are rewritten. */
export async function withRewritten<T>(
  supervisor: Supervisor,
  folder: string,
  place: string,
  scratch: string,
  use: () => Promise<T>,
): Promise<T> {
  const keep = join(scratch, 'kept');
  await rewriteFolder(supervisor, folder, place, keep);
  try {
    return await use();
  } finally {
    await callScript(supervisor, folder, ['restore', keep]);
  }
}

async function callScript(supervisor: Supervisor, folder: string, words: readonly string[]): Promise<void> {
  const { ok, lines } = await pythonRunner(supervisor, supervisor.python, '/')(['-I', '-S', SCRIPT, ...words]);
  if (ok) return;
  throw new PipelineError('failed', 'paths-not-rewritten', `The paths in ${folder} could not be changed`, {
    detail: lines.at(-1),
  });
}

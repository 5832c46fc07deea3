import { randomBytes } from 'node:crypto';
import { closeSync, constants, accessSync, existsSync, fchmodSync, fsyncSync, openSync } from 'node:fs';
import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PipelineError } from '../definition/error.ts';

/**
 * Writes a text file so that there is at every moment either the old one or the new one, and leaves a file alone that
 * says the same already.
 */
export function writeTextFile(path: string, text: string): 'written' | 'unchanged' {
  try {
    return replace(path, text);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw new PipelineError('usage', 'cannot-write', `${path} cannot be written`, {
      // Without the temporary name that Node adds: it means nothing to the reader.
      detail: cause.message.split(',')[0],
      fix: fixOf(cause.code, path),
      cause,
    });
  }
}

function fixOf(code: unknown, path: string): string | undefined {
  if (code === 'EISDIR') return 'it is a folder: give a file in it';
  return code === 'ENOENT' && !existsSync(dirname(path)) ? `make its folder first: ${dirname(path)}` : undefined;
}

function replace(path: string, text: string): 'written' | 'unchanged' {
  const present = statSync(path, { throwIfNoEntry: false });
  // A pipe or a device (`/dev/stdout`) takes text, but nothing can be put in its place.
  if (present !== undefined && !present.isFile()) {
    writeFileSync(path, text);
    return 'written';
  }
  // Behind a link it is the file that is replaced, not the link.
  const target = present === undefined ? path : realpathSync(path);
  if (present !== undefined) {
    if (present.size === Buffer.byteLength(text) && readFileSync(target, 'utf8') === text) return 'unchanged';
    accessSync(target, constants.W_OK);
  }
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = openSync(temporary, 'wx');
    try {
      if (present !== undefined) fchmodSync(file, present.mode);
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return 'written';
}

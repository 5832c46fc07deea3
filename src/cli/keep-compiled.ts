import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { usersCache } from './cache-folder.ts';

/**
 * Lets Node keep what it compiles of the modules loaded from now on, so that the next start need not compile them again.
 * Node 22.8 and later can; where the folder cannot be written to, nothing is kept and nothing is said.
 * https://nodejs.org/api/module.html#module-compile-cache
 */
export function keepCompiled(): void {
  const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder: string) => unknown };
  enableCompileCache?.(join(usersCache(process.env).path, 'compiled'));
}

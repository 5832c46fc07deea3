import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Context } from './context.ts';

/** Where this user keeps what is worth keeping for every project; `isOwn` when somebody has chosen the place. */
export function usersCache(env: Context['env']): { readonly path: string; readonly isOwn: boolean } {
  const own = env['SAGEMAKER_PIPELINES_CACHE'];
  if (own !== undefined && own !== '') return { path: resolve(own), isOwn: true };
  const caches = env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? home(), '.cache');
  return { path: join(caches, 'sagemaker-pipelines'), isOwn: false };
}

/** A user whom the system does not know, as in a container, has none. */
function home(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}

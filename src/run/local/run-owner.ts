import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PipelineError } from '../../definition/error.ts';

/** The process that runs something, so that others can find out whether it still does. */
export interface Owner {
  /** What nobody else is called for as long as this machine is up. */
  readonly id: string;
  readonly isAlive: (id: string) => boolean;
}

const OWNER = 'owner';
const ATTEMPTS = 10;

/** Takes a run's folder for a process; what a process that was killed has left behind does not count. */
export function takeRun(folder: string, run: string, owner: Owner, unique: (digits: number) => string): () => void {
  const path = join(folder, OWNER);
  const own = `${path}.${unique(8)}`;
  writeFileSync(own, owner.id);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        // Unlike a rename, a link never takes the place of one that is there.
        linkSync(own, path);
        return () => rmSync(path, { force: true });
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
      const holder = textOf(path);
      if (holder !== undefined && owner.isAlive(holder)) throw isTaken(run, holder);
      if (holder !== undefined) clearAway(path, holder, `${own}.stale`);
    }
    throw isTaken(run, 'others, one after the other');
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes a mark that nobody alive has left; someone else may have done so meanwhile, and put their own there. */
function clearAway(path: string, holder: string, aside: string): void {
  try {
    renameSync(path, aside);
    if (textOf(aside) !== holder) linkSync(aside, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && ['ENOENT', 'EEXIST'].includes(String(error.code)))) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isTaken(run: string, holder: string): PipelineError {
  return new PipelineError('usage', 'run-goes-on', `The run ${run} still goes on, in the process ${holder}`, {
    fix: 'wait for its end, or end that process first',
  });
}

import { existsSync, linkSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PipelineError, codeOf } from '../../definition/error.ts';

/** The process that runs something, so that others can find out whether it still does. */
export interface Owner {
  /** What nobody else is called for as long as this machine is up. */
  readonly id: string;
  readonly isAlive: (id: string) => boolean;
}

const OWNER = 'owner';
const ATTEMPTS = 100;

/**
 * Takes a run's folder for a process; what a process that was killed has left behind does not count.
 *
 * Each who has it leaves a mark with the next number, and the highest counts. No mark is ever taken away that might be
 * the highest: of two who find the same dead owner one would clear away what the other has just made.
 */
export function takeRun(folder: string, run: string, owner: Owner, unique: (digits: number) => string): () => void {
  const own = join(folder, `${OWNER}.${unique(8)}.unfinished`);
  writeFileSync(own, owner.id);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = Math.max(0, ...marksIn(folder));
      const holder = textOf(markOf(folder, before));
      if (holder !== undefined && holder !== FREE && owner.isAlive(holder)) throw isTaken(run, holder);
      const mark = markOf(folder, before + 1);
      // Others may have come, gone and taken their marks away since: then there is a higher one.
      if (!isLinked(own, mark)) continue;
      const marks = marksIn(folder);
      if (Math.max(...marks) !== before + 1) {
        rmSync(mark, { force: true });
        continue;
      }
      for (const number of marks) if (number <= before) rmSync(markOf(folder, number), { force: true });
      return () => free(mark);
    }
    throw isTaken(run, 'others, one after the other');
  } finally {
    rmSync(own, { force: true });
  }
}

/** What stands in the mark of an owner that has let go. */
const FREE = '';

/** Where the folder is gone there is nothing to let go of; and a full disk is no reason to hold on. */
function free(mark: string): void {
  if (existsSync(mark)) truncateSync(mark);
}

function markOf(folder: string, number: number): string {
  return join(folder, `${OWNER}.${number}`);
}

function marksIn(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => {
    const number = /^owner\.(\d+)$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

/** Unlike a rename, a link never takes the place of one that is there. */
function isLinked(file: string, path: string): boolean {
  try {
    linkSync(file, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
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
  // Behind its number a process may have the time of its start, which says nothing to a reader.
  const process = holder.split(' ')[0];
  return new PipelineError('usage', 'run-goes-on', `The run ${run} still goes on, in the process ${process}`, {
    fix: 'wait for its end, or end that process first',
  });
}

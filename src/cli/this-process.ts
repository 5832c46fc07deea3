import { readFileSync } from 'node:fs';
import { codeOf } from '../definition/error.ts';
import type { Owner } from '../run/local/run-owner.ts';

/** This process as others can look for it: by its number, and where the system tells by the time of its start too. */
export function thisProcess(): Owner {
  return { id: idOf(process.pid), isAlive };
}

function isAlive(id: string): boolean {
  const pid = Number(id.split(' ')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is one too.
    if (codeOf(error) !== 'EPERM') return false;
  }
  // Numbers are given anew; the process of that number may be another one by now, or one that has ended.
  return idOf(pid) === id && !/^[ZX]/.test(statOf(pid)[0] ?? '');
}

function idOf(pid: number): string {
  const start = statOf(pid)[19];
  return start === undefined ? String(pid) : `${pid} ${start}`;
}

/** The fields of a process from its state on, where Linux tells them; the name before them may have blanks. */
function statOf(pid: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

import { statSync } from 'node:fs';

/** Whether a path leads to a file; one that leads nowhere, or through something that is no folder, does not. */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

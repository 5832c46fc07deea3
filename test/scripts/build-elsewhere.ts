import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type CommandResult, runCommand } from '../support/run-command.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PARTS = ['src', 'build.ts', 'utils.ts', 'scripts', 'package.json', 'template', 'tsconfig.json'];

/** Copies what a build is made of into a folder. */
export function copyToBuild(folder: string): string {
  for (const part of PARTS) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Builds there. */
export function build(folder: string): Promise<CommandResult> {
  return runCommand(process.execPath, ['scripts/bundle.mjs'], { cwd: folder, timeLimit: 300_000 });
}

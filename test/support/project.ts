import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runInHost } from './command-host.ts';
import { PATIENCE } from './patience.ts';
import { type CommandOptions, type CommandResult, runCommand } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A pipeline without assets that asks for nothing. */
export const SMALL_PIPELINE = `import { definePipeline, parameter, step } from 'sagemaker-pipelines';

const Reason = parameter.string({ default: 'none' });

export default definePipeline({
  name: 'small',
  parameters: { Reason },
  steps: [step.fail('Stop', { ErrorMessage: Reason })],
});
`;

/** A user's project in a folder of its own, outside this repository: nothing is installed in it. */
export interface Project {
  readonly folder: string;
  /** Runs a command of the built package in the project. */
  readonly run: RunInProject;
  /** The same in a process that has run others before: see `runInHost`. */
  readonly runInHost: RunInProject;
}

type RunInProject = (
  command: string,
  args?: readonly string[],
  env?: Readonly<Record<string, string>>,
  timeLimit?: number,
) => Promise<CommandResult>;

/** Writes a project: the text of each file by its path. A path may have folders, spaces and letters of any script. */
export function writeProject(
  files: Readonly<Record<string, string>>,
  name = 'project',
  afterwards?: Parameters<typeof temporaryFolder>[0],
): Project {
  const folder = join(temporaryFolder(afterwards), name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  mkdirSync(folder, { recursive: true });
  const options = (env: Readonly<Record<string, string>>, timeLimit: number): CommandOptions => ({
    cwd: folder,
    timeLimit,
    // A region of the one who runs the tests would change what is written.
    env: { PATH: process.env['PATH'], AWS_REGION: 'us-east-1', ...env },
  });
  return {
    folder,
    run: (command, args = [], env = {}, timeLimit = PATIENCE) =>
      runCommand(process.execPath, [programOf(command), ...args], options(env, timeLimit)),
    runInHost: (command, args = [], env = {}, timeLimit = PATIENCE) =>
      runInHost(programOf(command), args, options(env, timeLimit)),
  };
}

/** The built program of a command. */
export function programOf(command: string): string {
  return fileURLToPath(new URL(`../../dist/bin/${command}.js`, import.meta.url));
}

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithPython } from './support/python-environment.ts';
import { type CommandResult, runCommand } from './support/run-command.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TIME_LIMIT = 600_000;

describeWithPython('a project made by the packed package, in a folder with blanks and letters of other scripts', () => {
  let folder: string;
  const run = (command: string, args: readonly string[]): Promise<CommandResult> =>
    runCommand(command, args, { cwd: folder, timeLimit: TIME_LIMIT });

  beforeAll(async () => {
    folder = join(temporaryFolder(afterAll), 'mon projet é 工程');
    mkdirSync(folder);
    const packed = await runCommand('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: ROOT,
    });
    const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
    for (const [command, ...args] of [
      ['npm', 'install', '--no-audit', '--no-fund', `./${filename}`],
      ['npx', 'sagemaker-pipelines', 'init'],
      ['npm', 'install', '--no-audit', '--no-fund'],
    ] as const) {
      const { exitCode, stderr } = await run(command, args);
      if (exitCode !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
    }
  }, TIME_LIMIT);

  test('compiles', async () => {
    expect(await run('npm', ['run', 'typecheck', '--silent'])).toMatchObject({ stdout: '', exitCode: 0 });
  });

  test('runs on this machine and says where the predictions lie', async () => {
    const { stdout, exitCode } = await run('npx', ['run-pipeline', '--name', 'delivery_times', '--local']);

    expect(exitCode).toBe(0);
    const place = / {2}Predict output, here {2,}(.+)\n/.exec(stdout)?.[1];
    const rows = readFileSync(join(folder, place!, 'unseen/deliveries.csv.out'), 'utf8');
    expect(rows).toMatch(/^(?:[\d.]+,\d,[\d.]+,[01],\d+\.\d\n){20}$/);
  });

  test('passes its own tests', async () => {
    const { stdout, exitCode } = await run('npm', ['test']);

    expect({ exitCode, passed: /Tests +2 passed/.test(stripVTControlCharacters(stdout)) }).toEqual({
      exitCode: 0,
      passed: true,
    });
  });

  // The last, as it begins by taking away what the others use.
  test('is installed again from its own lock, as a build does it', { timeout: TIME_LIMIT }, async () => {
    // A registry that serves one platform leaves a lock that npm refuses by itself.
    expect(await run(process.execPath, [join(ROOT, 'scripts/complete-lock.mjs')])).toMatchObject({ exitCode: 0 });
    expect(await run('npm', ['ci', '--no-audit', '--no-fund'])).toMatchObject({ exitCode: 0 });
    expect(await run('npx', ['sagemaker-pipelines', 'check', 'delivery_times'])).toMatchObject({ exitCode: 0 });
  });
});

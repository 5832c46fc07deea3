import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PIPELINES, copyOfPipelines } from './shipped.ts';

const NAMES = readdirSync(PIPELINES).filter((name) => existsSync(join(PIPELINES, name, 'pipeline.ts')));

/** The commands of a README's blocks in one shell's language. */
function commandsIn(text: string, shell: 'bash' | 'powershell'): string[] {
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${shell}\n(.*?)^\`\`\``, 'gms'))];
  return blocks.flatMap(([, block]) => block!.trimEnd().split('\n'));
}

/** The words of a command, without the quotes that a shell takes away. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

describe.each(NAMES)('the README of %s', (name) => {
  const text = readFileSync(join(PIPELINES, name, 'README.md'), 'utf8');
  const [bash, powershell] = [commandsIn(text, 'bash'), commandsIn(text, 'powershell')];

  test('says the same in bash and in PowerShell', () => {
    expect(bash.length).toBeGreaterThan(3);
    expect(powershell.length).toBe(bash.length);
    const known = (commands: readonly string[]) => commands.filter((command) => command.startsWith('npx '));
    expect(known(powershell)).toEqual(known(bash));
    // A shell's own way to go on with a line is not the other's.
    expect([...bash, ...powershell].filter((command) => /[\\`]$/.test(command))).toEqual([]);
  });

  test('has commands that are right: names, flags and parameters', async () => {
    const project = copyOfPipelines();
    const commands = bash.filter((command) => command.startsWith('npx ')).map((command) => wordsOf(command).slice(1));
    expect(commands.length).toBeGreaterThan(2);
    for (const [program, ...words] of commands) {
      // A run in an account asks it what is there: the plan of the same run on this machine needs none.
      const plan = program === 'run-pipeline' ? ['--dry-run', ...(words.includes('--local') ? [] : ['--local'])] : [];
      const { exitCode, stderr } = await project.run(program!, [
        ...words.filter((word) => word !== '--dry-run'),
        ...plan,
      ]);
      expect({ command: [program, ...words].join(' '), exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({
        command: [program, ...words].join(' '),
        exitCode: 0,
        stderr: '',
      });
    }
  });

  test('names programs and folders that are there', () => {
    for (const [path] of text.matchAll(/pipelines\/[\w/]+\.py/g)) {
      expect({ path, isThere: existsSync(join(PIPELINES, '..', path)) }).toEqual({ path, isThere: true });
    }
  });
});

import { describe, expect, test } from 'vitest';

import { type Answer, defineCommand } from '../../src/cli/command.ts';
import type { Context } from '../../src/cli/context.ts';
import { main } from '../../src/cli/main.ts';
import type { Diagnostic } from '../../src/definition/diagnostic.ts';
import { type Failure, PipelineError } from '../../src/definition/error.ts';

const ANSWER: Answer = { text: 'file.json\n', data: { file: 'file.json' }, notes: ['wrote it'], diagnostics: [] };

const WARNING: Diagnostic = {
  code: 'odd',
  severity: 'warning',
  message: 'this is odd',
  at: '/project/pipelines/a/pipeline.ts:3',
  fix: 'make it even',
};

/** Runs a command that does `work` and gives back its exit code and what it wrote. */
async function run(
  work: () => Promise<Answer>,
  argv: string[] = [],
  around: Partial<Context> & { isTTY?: boolean } = {},
) {
  const written = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => void (written[name] += text),
    isTTY: around.isTTY ?? false,
    columns: undefined,
  });
  const command = defineCommand({ name: 'bake', summary: '', examples: ['bake', 'bake'], options: {}, run: work });
  const exitCode = await main(command, {
    argv,
    env: {},
    cwd: '/project',
    stdout: output('stdout'),
    stderr: output('stderr'),
    version: () => '1.2.3',
    installation: { library: 'file:///library.js', hook: 'file:///hook.js' },
    importModule: () => Promise.reject(new Error('nothing is imported here')),
    now: () => new Date(0),
    unique: (digits) => '0'.repeat(digits),
    sleep: () => Promise.resolve(),
    interrupted: new AbortController().signal,
    stalled: new Promise(() => {}),
    ...around,
  });
  return { exitCode, ...written };
}

describe('what a command answers', () => {
  test('goes to stdout, all the rest to stderr', async () => {
    const result = await run(async () => ({ ...ANSWER, diagnostics: [WARNING] }));
    expect(result).toEqual({
      exitCode: 0,
      stdout: 'file.json\n',
      stderr: `warning[odd]  this is odd
  at pipelines/a/pipeline.ts:3
  fix: make it even
wrote it
`,
    });
  });

  test('is one versioned object with --json', async () => {
    const { stdout } = await run(async () => ({ ...ANSWER, diagnostics: [WARNING] }), ['--json']);
    expect(JSON.parse(stdout)).toEqual({ version: 1, command: 'bake', file: 'file.json', diagnostics: [WARNING] });
  });

  test('is the version for --version', async () => {
    expect(await run(async () => ANSWER, ['--version'])).toEqual({ exitCode: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

describe('an error', () => {
  test.each<[Failure, number]>([
    ['failed', 1],
    ['usage', 2],
    ['invalid', 3],
    ['aws', 4],
    ['machine', 5],
  ])('of the kind "%s" ends with %i', async (failure, exitCode) => {
    const thrown = new PipelineError(failure, 'some-code', 'it went wrong');
    expect(await run(() => Promise.reject(thrown))).toEqual({
      exitCode,
      stdout: '',
      stderr: 'error[some-code]  it went wrong\n',
    });
  });

  const invalid = new PipelineError('invalid', 'invalid-definition', 'a has an error', {
    at: '/project/a.ts',
    diagnostics: [WARNING],
  });

  test('says what is behind it first and itself last', async () => {
    const { stderr } = await run(() => Promise.reject(invalid));
    expect(stderr).toBe(`warning[odd]  this is odd
  at pipelines/a/pipeline.ts:3
  fix: make it even
error[invalid-definition]  a has an error
  at a.ts
`);
  });

  test.each(['--json', '--json=true', '-json'])('is one object on stdout with %s', async (flag) => {
    const { stdout, exitCode } = await run(() => Promise.reject(invalid), [flag]);
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      command: 'bake',
      error: { code: 'invalid-definition', message: 'a has an error', at: '/project/a.ts' },
      diagnostics: [WARNING],
    });
  });

  test('that nobody foresaw is our fault, and shows its stack', async () => {
    const { stderr, exitCode } = await run(() => Promise.reject(new TypeError('x is not a function')));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^error\[internal\] {2}x is not a function \(a fault of sagemaker-pipelines, not yours\)\n {2}fix: please report it.*\nTypeError: x is not a function\n {4}at /,
    );
  });

  test('of the disk is not our fault', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(await run(() => Promise.reject(full))).toEqual({
      exitCode: 5,
      stdout: '',
      stderr: `error[disk-full]  The disk is full
  ENOSPC: no space left on device, write
  fix: make room on the disk
`,
    });
  });

  test('of a socket is none of the disk', async () => {
    const refused = Object.assign(new Error('listen EACCES: permission denied 127.0.0.1:80'), { code: 'EACCES' });
    expect((await run(() => Promise.reject(refused))).stderr).toContain('error[internal]');
  });

  test('also ends a command whose pipeline waits for ever', async () => {
    const stalled = Promise.reject(new PipelineError('invalid', 'never-settles', 'nothing comes'));
    const { exitCode, stderr } = await run(() => new Promise(() => {}), [], { stalled });
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: 'error[never-settles]  nothing comes\n' });
  });
});

describe('a command that is told as a way out', () => {
  const failing = () => Promise.reject(new PipelineError('usage', 'some-code', 'no', { fix: 'run-pipeline --local' }));

  test.each([
    ['is as npm runs it, where npm ran this one', { npm_command: 'exec' }, 'npx run-pipeline --local'],
    ['is as it was typed elsewhere', {}, 'run-pipeline --local'],
  ])('%s', async (_, env, fix) => {
    expect((await run(failing, [], { env })).stderr).toBe(`error[some-code]  no\n  fix: ${fix}\n`);
  });
});

describe('files are named as seen from the current folder', () => {
  const failing = () =>
    Promise.reject(
      new PipelineError('usage', 'some-code', '/a+b/c.ts is not /x/a+b/c.ts', {
        at: '/a+b/d.ts:1, called from /a+b/e.ts:2',
      }),
    );

  test.each([
    ['/a+b', 'error[some-code]  c.ts is not /x/a+b/c.ts\n  at d.ts:1, called from e.ts:2\n'],
    ['/', 'error[some-code]  /a+b/c.ts is not /x/a+b/c.ts\n  at /a+b/d.ts:1, called from /a+b/e.ts:2\n'],
  ])('%s', async (cwd, stderr) => {
    expect((await run(failing, [], { cwd })).stderr).toBe(stderr);
  });
});

describe('colours', () => {
  const failing = () => Promise.reject(new PipelineError('usage', 'some-code', 'no', { at: '/project/a.ts:1' }));
  const coloured = '\u001B[31merror[some-code]\u001B[0m  no\n\u001B[2m  at a.ts:1\u001B[0m\n';
  const plain = 'error[some-code]  no\n  at a.ts:1\n';

  test.each([
    ['on a terminal', { isTTY: true }, coloured],
    ['not elsewhere', { isTTY: false }, plain],
    ['not with NO_COLOR', { isTTY: true, env: { NO_COLOR: '1' } }, plain],
    ['with an empty NO_COLOR', { isTTY: true, env: { NO_COLOR: '' } }, coloured],
    ['not on a dumb terminal', { isTTY: true, env: { TERM: 'dumb' } }, plain],
  ])('%s', async (_, around, stderr) => {
    expect((await run(failing, [], around)).stderr).toBe(stderr);
  });
});

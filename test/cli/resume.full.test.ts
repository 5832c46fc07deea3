import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import type { RunEvent } from '../../src/definition/events.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { programOf } from '../support/project.ts';
import { runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NAME = 'serial_inference';
const SOURCE = fileURLToPath(new URL(`../../pipelines/${NAME}`, import.meta.url));
const KILLED = new URL('killed-by-own-word.mjs', import.meta.url).href;
/** Environments are kept from one test run to the next. */
const ENV = {
  PATH: process.env['PATH'],
  HOME: homedir(),
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('PIP_'))),
};

function project(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'pipelines'));
  cpSync(SOURCE, join(folder, 'pipelines', NAME), { recursive: true });
  return folder;
}

type Change = Extract<RunEvent, { type: 'step-started' | 'step-ended' }>;

const isChange = (event: RunEvent): event is Change => event.type === 'step-started' || event.type === 'step-ended';

interface Part {
  readonly signal: string | null;
  readonly exitCode: number | null;
  readonly changes: readonly Change[];
  readonly stderr: string;
}

/** Runs it, or goes on with it, until it ends or has said that it came to a certain change. */
async function runUntil(folder: string, words: readonly string[], last?: Change): Promise<Part> {
  const killed = last === undefined ? [] : ['--import', KILLED];
  const all = ['--name', NAME, '--local', '--events', '--max-parallel', '1', ...words];
  const { stdout, ...end } = await runCommand(process.execPath, [...killed, programOf('run-pipeline'), ...all], {
    cwd: folder,
    env: last === undefined ? ENV : { ...ENV, LAST_TYPE: last.type, LAST_STEP: last.step },
    // An environment may have to be built first.
    timeLimit: 300_000,
  });
  const events = stdout.split('\n').filter((line) => line !== '');
  return { ...end, changes: events.map((line) => JSON.parse(line) as RunEvent).filter(isChange) };
}

/** A script that packs an archive itself writes the time into it; what is in the archive has to be the same. */
function contentOf(file: string): string {
  if (!file.endsWith('.tar.gz')) return readFileSync(file, 'latin1');
  const [names, bytes] = ['-tzf', '-xzOf'].map((flag) => spawnSync('tar', [flag, file], { maxBuffer: 1 << 28 }));
  expect([names!.status, bytes!.status]).toEqual([0, 0]);
  return names!.stdout.toString('latin1') + bytes!.stdout.toString('latin1');
}

/** What a run made, without its own name, which is in those of its jobs, and its times. */
function madeIn(folder: string): Record<string, string> {
  const state = join(folder, '.sagemaker-pipelines');
  const [run = ''] = readdirSync(join(state, 'runs'));
  const plain = (text: string): string =>
    text
      .replaceAll(run, '<run>')
      .replaceAll(/(<run>-\w+-)[0-9a-f]{10}/g, '$1<hash>')
      .replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"<time>"');
  const files = ['store', 'registry'].flatMap((part) =>
    readdirSync(join(state, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('/.incoming'))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return Object.fromEntries(files.map((file) => [plain(file.slice(state.length)), plain(contentOf(file))]));
}

describeWithPython('a run of two models behind each other', () => {
  test('that is killed at every change of its state, one after the other, ends with the bytes of one that was not', async () => {
    const whole = project();
    const { exitCode, changes, stderr } = await runUntil(whole, []);
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(changes.length).toBeGreaterThan(10);
    const killed = project();
    let words: readonly string[] = [];
    for (const change of changes) {
      const { signal, changes: said, stderr } = await runUntil(killed, words, change);
      const { type, step } = change;
      expect({ signal, stderr, last: said.at(-1) }).toMatchObject({ signal: 'SIGKILL', last: { type, step } });
      words = ['--resume', 'latest'];
    }
    const end = await runUntil(killed, words);
    expect(end.exitCode).toBe(0);
    expect(readdirSync(join(killed, '.sagemaker-pipelines/runs'))).toHaveLength(1);
    const [made, wanted] = [madeIn(killed), madeIn(whole)];
    expect(Object.keys(made)).toEqual(Object.keys(wanted));
    for (const [file, text] of Object.entries(wanted))
      expect({ file, isSame: made[file] === text }).toEqual({ file, isSame: true });
  });
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { gitCommit } from '../../src/run/git-commit.ts';
import { runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ENV = { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };

async function git(folder: string, ...args: string[]): Promise<string> {
  const who = ['-c', 'user.name=Someone', '-c', 'user.email=someone@example.com'];
  const { stdout, stderr, exitCode } = await runCommand('git', [...who, ...args], { cwd: folder, env: ENV });
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.trim();
}

test('is what git says, in a folder below, with packed branches, without a branch and in another worktree', async () => {
  const folder = temporaryFolder();
  await git(folder, 'init', '-q');
  expect(gitCommit(folder, {})).toBeUndefined();
  await git(folder, 'commit', '-q', '--allow-empty', '-m', 'First');
  const first = await git(folder, 'rev-parse', 'HEAD');
  mkdirSync(join(folder, 'a/b'), { recursive: true });
  expect(gitCommit(join(folder, 'a/b'), {})).toBe(first);
  await git(folder, 'pack-refs', '--all');
  expect(gitCommit(folder, {})).toBe(first);
  const other = join(temporaryFolder(), 'other');
  await git(folder, 'worktree', 'add', '-q', '-b', 'work/other', other);
  await git(other, 'commit', '-q', '--allow-empty', '-m', 'Second');
  expect(gitCommit(other, {})).toBe(await git(other, 'rev-parse', 'HEAD'));
  expect(gitCommit(folder, {})).toBe(first);
  await git(folder, 'checkout', '-q', '--detach');
  expect(gitCommit(folder, {})).toBe(first);
});

test('is what CodeBuild says, and nothing where nobody says it', () => {
  const folder = temporaryFolder();
  expect(gitCommit(folder, {})).toBeUndefined();
  expect(gitCommit(folder, { CODEBUILD_RESOLVED_SOURCE_VERSION: 'a'.repeat(40) })).toBe('a'.repeat(40));
  // For a source in S3 it is the version of an object.
  expect(gitCommit(folder, { CODEBUILD_RESOLVED_SOURCE_VERSION: 'arn:aws:s3:::bucket/key' })).toBeUndefined();
  mkdirSync(join(folder, '.git'));
  writeFileSync(join(folder, '.git/HEAD'), 'ref: refs/heads/none\n');
  expect(gitCommit(folder, {})).toBeUndefined();
});

import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

import { eventually } from '../support/eventually.ts';
import { SMALL_PIPELINE, type Project, writeProject } from '../support/project.ts';

const FILES = { 'pipelines/small/pipeline.ts': SMALL_PIPELINE };

/** A program in the place of the browser's that writes down what it was asked to show. */
function browserIn({ folder }: Project): { readonly env: Readonly<Record<string, string>>; readonly seen: string } {
  const bin = join(folder, 'bin');
  const seen = join(folder, 'seen');
  mkdirSync(bin);
  for (const name of ['xdg-open', 'open']) {
    writeFileSync(join(bin, name), `#!/bin/sh\nprintf %s "$1" > "${seen}.new"\nmv "${seen}.new" "${seen}"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return { env: { PATH: `${bin}:${process.env['PATH']}` }, seen };
}

async function runSmall(project: Project, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const words = ['--name', 'small', '--local', ...args];
  const { stdout, exitCode } = await project.runInHost('run-pipeline', words, env);
  expect(exitCode).toBe(1);
  const [, page] = / report {2,}(\.sagemaker-pipelines\/runs\/\w{12}\/report\.html)\n/.exec(stdout)!;
  return join(project.folder, page!);
}

test('a run leaves its page in its folder and says where', async () => {
  const project = writeProject(FILES);
  const page = await runSmall(project);
  expect(readFileSync(page, 'utf8')).toContain('<title>small failed</title>');
});

test('--open shows the page when the run has ended', async () => {
  const project = writeProject(FILES);
  const { env, seen } = browserIn(project);
  const page = await runSmall(project, ['--open'], env);
  await eventually(() => expect(readFileSync(seen, 'utf8')).toBe(pathToFileURL(page).href));
});

test('where nothing can show a page, that is said, and the run is what it was', async () => {
  const project = writeProject(FILES);
  const { stderr, exitCode } = await project.run('run-pipeline', ['--name', 'small', '--local', '--open'], {
    PATH: '/none',
  });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/no-browser.*cannot be started/);
});

test('--open is for runs on this machine', async () => {
  const { stderr, exitCode } = await writeProject(FILES).run('run-pipeline', [
    '--name',
    'small',
    '--on',
    'sagemaker',
    '--open',
    '--role-arn',
    'arn:aws:iam::123456789012:role/r',
  ]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--open means nothing to a run on SageMaker');
});

test('a run that cannot leave its page ends as it ended', async () => {
  const project = writeProject({
    ...FILES,
    'break.mjs': `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
const rename = fs.renameSync;
fs.renameSync = (from, to) => { if (String(to).endsWith('report.html')) throw new Error('no room'); rename(from, to); };
syncBuiltinESMExports();`,
  });
  const { stderr, stdout, exitCode } = await project.run('run-pipeline', ['--name', 'small', '--local'], {
    NODE_OPTIONS: `--import ${pathToFileURL(join(project.folder, 'break.mjs')).href}`,
  });
  expect(stderr).toContain('The page of the run could not be written: no room');
  expect(stdout).not.toContain('report.html');
  expect(exitCode).toBe(1);
});

test('view finds a run by its name, by its folder, or the latest', async () => {
  const project = writeProject(FILES);
  const page = await runSmall(project);
  const run = page.split('/').at(-2)!;
  for (const word of [[], ['latest'], [run], [run.slice(0, 10)], [join('.sagemaker-pipelines/runs', run)]]) {
    expect((await project.runInHost('sagemaker-pipelines', ['view', ...word])).stdout).toBe(`${page}\n`);
  }
});

test('view makes the page of a run that has none', async () => {
  const project = writeProject(FILES);
  const page = await runSmall(project);
  renameSync(page, `${page}.old`);
  expect((await project.runInHost('sagemaker-pipelines', ['view'])).stdout).toBe(`${page}\n`);
  expect(readFileSync(page, 'utf8')).toBe(readFileSync(`${page}.old`, 'utf8'));
});

test('view makes a page of a pipeline and of a definition from anywhere, also one that AWS refuses', async () => {
  const definition = {
    Version: '2020-12-01',
    Steps: [{ Name: 'A', Type: 'Nonsense', Arguments: {}, DependsOn: ['A'] }],
  };
  const project = writeProject({ ...FILES, 'odd.json': JSON.stringify(definition) });
  const small = await project.runInHost('sagemaker-pipelines', ['view', 'small', '--json']);
  const { page } = JSON.parse(small.stdout) as { page: string };
  expect(page).toBe(join(project.folder, '.sagemaker-pipelines/pages/small.html'));
  expect(readFileSync(page, 'utf8')).toContain('A definition of 1 step; it was not run.');
  expect(readFileSync(join(project.folder, '.sagemaker-pipelines/.gitignore'), 'utf8')).toBe('*\n');
  const odd = await project.runInHost('sagemaker-pipelines', ['view', 'odd.json', '--file-name', '-']);
  expect(odd.stdout).toContain('Nonsense');
  await project.runInHost('sagemaker-pipelines', ['view', 'odd.json', '--file-name', 'odd.html']);
  expect(readFileSync(join(project.folder, 'odd.html'), 'utf8')).toBe(odd.stdout);
});

test('what is neither a run nor a definition nor a pipeline is said with what there is', async () => {
  const project = writeProject(FILES);
  const { stderr, exitCode } = await project.runInHost('sagemaker-pipelines', ['view', 'smal']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('pipelines are: small');
  expect(existsSync(join(project.folder, '.sagemaker-pipelines'))).toBe(false);
});

test('a definition can be written as a page', async () => {
  const project = writeProject(FILES);
  const { exitCode } = await project.runInHost('get-pipeline-definition', ['--name', 'small', '--format', 'html']);
  expect(exitCode).toBe(0);
  expect(readFileSync(join(project.folder, 'pipeline.html'), 'utf8')).toContain('<title>small</title>');
});

import { lstatSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { specifierOf } from '../../../src/cli/new-project/package-json.ts';
import { writeProject } from '../../support/project.ts';

const ROOT = new URL('../../../', import.meta.url);
const FILES = [
  '.gitignore',
  'README.md',
  'buildspec.yml',
  'package.json',
  'pipelines.config.json',
  'pipelines/delivery_times/model.py',
  'pipelines/delivery_times/pipeline.ts',
  'pipelines/delivery_times/prepare.py',
  'pipelines/delivery_times/sample/deliveries.csv',
  'pipelines/delivery_times/sample/parameters.json',
  'test/delivery-times.test.ts',
  'tsconfig.json',
];

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string | URL): Manifest =>
  JSON.parse(readFileSync(folder instanceof URL ? folder : join(folder, 'package.json'), 'utf8')) as Manifest;

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();

describe('init', () => {
  test('writes a project into an empty folder, and ends with the two commands that come next', async () => {
    const { folder, run } = writeProject({}, 'größe & maß 工程');
    const { stdout, stderr, exitCode } = await run('sagemaker-pipelines', ['init']);

    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(filesOf(folder)).toEqual(FILES);
    expect(stdout.endsWith('\nnext:\n  npm install\n  npx run-pipeline --name delivery_times --local\n')).toBe(true);
    expect(manifestOf(folder)).toMatchObject({ name: 'grosse-mass', private: true, type: 'module' });
  });

  test('asks for this very version, and for the tools that this project is tested with', async () => {
    const { folder, runInHost: run } = writeProject({});
    await run('sagemaker-pipelines', ['init']);

    const { dependencies, devDependencies } = manifestOf(folder);
    const own = manifestOf(new URL('package.json', ROOT));
    expect(dependencies).toEqual({ 'sagemaker-pipelines': own.version });
    expect(devDependencies).toEqual(
      Object.fromEntries(Object.keys(devDependencies).map((name) => [name, own.devDependencies[name]])),
    );
  });

  test('writes a pipeline that can be listed, checked and emitted without installing anything', async () => {
    const { runInHost: run } = writeProject({});
    await run('sagemaker-pipelines', ['init']);

    expect((await run('sagemaker-pipelines', ['list'])).stdout).toContain('delivery_times');
    expect(await run('sagemaker-pipelines', ['check', '--strict'])).toMatchObject({ exitCode: 0, stderr: '' });
    const { stdout } = await run('get-pipeline-definition', ['-f', '-']);
    const { Steps } = JSON.parse(stdout) as { Steps: readonly { Name: string }[] };
    expect(Steps.map(({ Name }) => Name)).toEqual(['Prepare', 'Train', 'Model', 'Predict']);
  });

  test('calls folder, pipeline, test and commands as --name says', async () => {
    const { folder, runInHost: run } = writeProject({});
    const { stdout } = await run('sagemaker-pipelines', ['init', 'my folder', '--name', 'churn-model']);

    const project = join(folder, 'my folder');
    expect(filesOf(project).filter((path) => path.includes('churn'))).toEqual([
      'pipelines/churn_model/model.py',
      'pipelines/churn_model/pipeline.ts',
      'pipelines/churn_model/prepare.py',
      'pipelines/churn_model/sample/deliveries.csv',
      'pipelines/churn_model/sample/parameters.json',
      'test/churn-model.test.ts',
    ]);
    const texts = filesOf(project).map((path) => readFileSync(join(project, path), 'utf8'));
    expect(texts.filter((text) => /delivery[_-]times|my-project|"0\.0\.0",\n {4}/.test(text))).toEqual([]);
    expect(readFileSync(join(project, 'pipelines/churn_model/pipeline.ts'), 'utf8')).toContain("name: 'churn-model'");
    expect(stdout).toContain("next:\n  cd 'my folder' && npm install\n  npx run-pipeline --name churn_model --local\n");
  });

  test('writes nothing with --dry-run, and lists what it would write', async () => {
    const { folder, runInHost: run } = writeProject({});
    const { stdout } = await run('sagemaker-pipelines', ['init', '--dry-run', '--json']);

    const { files } = JSON.parse(stdout) as { files: readonly { path: string; state: string }[] };
    expect(files).toEqual(FILES.map((path) => ({ path, state: 'new' })));
    expect(filesOf(folder)).toEqual([]);
  });

  test('overwrites no file, names those it kept, and changes nothing the second time', async () => {
    const { folder, runInHost: run } = writeProject({ 'README.md': '# Mine\n', 'tsconfig.json/mine': '' });
    symlinkSync('nowhere', join(folder, 'buildspec.yml'));
    const { stdout, stderr, exitCode } = await run('sagemaker-pipelines', ['init']);

    expect(exitCode).toBe(0);
    expect(stderr).toBe('note: kept as it was, since it was there: README.md, buildspec.yml, tsconfig.json\n');
    expect(stdout).toContain('README.md  (it was there)');
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('# Mine\n');
    expect(lstatSync(join(folder, 'buildspec.yml')).isSymbolicLink()).toBe(true);
    const again = await run('sagemaker-pipelines', ['init']);
    expect(again.stdout).not.toMatch(/written|completed/);
  });

  test('does not mix with a pipeline of the same name that is there, and says how to have both', async () => {
    const { folder, runInHost: run } = writeProject({ 'pipelines/delivery_times/pipeline.ts': 'export default 1;\n' });
    const { stderr, exitCode } = await run('sagemaker-pipelines', ['init']);

    expect(exitCode).toBe(2);
    expect(stderr).toContain('error[pipeline-exists]');
    expect(stderr).toContain('fix: sagemaker-pipelines init --name delivery_times_2');
    expect(filesOf(folder)).toEqual(['pipelines/delivery_times/pipeline.ts']);
  });

  test('adds what a package.json lacks and leaves what it has', async () => {
    const manifest = {
      name: 'mine',
      type: 'commonjs',
      scripts: { test: 'echo "Error: no test specified" && exit 1', typecheck: 'tsc --build' },
      dependencies: { 'sagemaker-pipelines': 'file:../archive.tgz' },
      peerDependencies: { typescript: '5.9.3' },
    };
    const { folder, runInHost: run } = writeProject({ 'package.json': JSON.stringify(manifest, null, '\t') });
    const { stdout } = await run('sagemaker-pipelines', ['init']);

    expect(readFileSync(join(folder, 'package.json'), 'utf8')).toContain('\n\t"name"');
    expect(manifestOf(folder)).toEqual({
      ...manifest,
      scripts: {
        test: 'vitest run',
        typecheck: 'tsc --build',
        check: 'sagemaker-pipelines check delivery_times',
        local: 'run-pipeline --name delivery_times --local',
      },
      devDependencies: { '@types/node': expect.any(String) as string, vitest: expect.any(String) as string },
    });
    expect(stdout).toContain(
      'package.json  (added scripts.check, scripts.local, scripts.test, devDependencies.@types/node, devDependencies.vitest)',
    );
  });

  test.each([
    ['a package.json that is not JSON', { 'package.json': '{' }, ['init'], 'package.json is not JSON'],
    ['a file in the place of the folder', { here: '' }, ['init', 'here'], 'cannot be written'],
    ['a name that no pipeline can have', {}, ['init', '--name', 'Größe 1'], 'fix: --name grosse_1'],
    ['two folders', {}, ['init', 'a', 'b'], '"b" is one word too many'],
  ])('refuses %s', async (_, files, argv, message) => {
    const { folder, runInHost: run } = writeProject(files);
    const { stderr, exitCode } = await run('sagemaker-pipelines', argv);

    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(filesOf(folder)).toEqual(Object.keys(files));
  });
});

test('a project that is made where an archive was installed asks for that archive', () => {
  const { folder } = writeProject({
    'package.json': '{ "dependencies": { "sagemaker-pipelines": "file:archives/some.tgz" } }',
    'node_modules/sagemaker-pipelines/package.json': '{}',
  });
  const installed = join(folder, 'node_modules/sagemaker-pipelines');

  expect(specifierOf(installed, '1.0.0', join(folder, 'new'))).toBe('file:../archives/some.tgz');
  expect(specifierOf(installed, '1.0.0', folder)).toBe('file:./archives/some.tgz');
  expect(specifierOf(folder, '1.0.0', folder)).toBe('1.0.0');
});

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandResult, runCommand } from './support/run-command.ts';
import { SMALL_PIPELINE } from './support/project.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TIME_LIMIT = 300_000;

/** Enough of the library's types to show that a consumer's compiler reads them. */
const TYPED_PIPELINE = `import { asset, batchTransform, definePipeline, parameter, sklearn, step } from 'sagemaker-pipelines';
const ModelName = parameter.string();
const instance = { type: 'ml.m5.large' } as const;
const code = asset(import.meta, 'preprocess.py');
const prepare = step.processing('Prepare', sklearn.processor({ version: '1.2-1', code, instance, outputs: ['inference'] }));
const input = prepare.output('inference');
const predict = step.transform('Predict', batchTransform({ model: ModelName, input, contentType: 'text/csv', instance }));
// @ts-expect-error the output has another name
prepare.output('inferense');
export default definePipeline({ name: 'typed', parameters: { ModelName }, steps: [predict] });
`;

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    module: 'nodenext',
    target: 'es2023',
    noEmit: true,
    exactOptionalPropertyTypes: true,
  },
  include: ['pipelines'],
};

describe('the packed package, installed in an empty project', () => {
  let folder: string;
  let files: readonly string[];
  const run = (command: string, args: readonly string[]): Promise<CommandResult> =>
    runCommand(command, args, { cwd: folder, timeLimit: TIME_LIMIT, env: { ...process.env, AWS_REGION: 'eu-west-1' } });

  beforeAll(async () => {
    folder = temporaryFolder(afterAll);
    const packed = await runCommand('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: ROOT,
    });
    const [{ filename, files: entries }] = JSON.parse(packed.stdout) as [
      { filename: string; files: { path: string }[] },
    ];
    files = entries.map(({ path }) => path);
    mkdirSync(join(folder, 'pipelines/small'), { recursive: true });
    mkdirSync(join(folder, 'pipelines/typed'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    writeFileSync(join(folder, 'pipelines/small/pipeline.ts'), SMALL_PIPELINE);
    writeFileSync(join(folder, 'pipelines/typed/pipeline.ts'), TYPED_PIPELINE);
    writeFileSync(join(folder, 'pipelines/typed/preprocess.py'), 'print(1)\n');
    const installed = await run('npm', ['install', '--no-audit', '--no-fund', `./${filename}`]);
    if (installed.exitCode !== 0) throw new Error(`npm install ended with ${installed.exitCode}: ${installed.stderr}`);
  }, TIME_LIMIT);

  test('holds what was built, and neither sources nor tests', () => {
    expect(files.filter((path) => !path.startsWith('dist/')).toSorted()).toEqual([
      'LICENSE',
      'NOTICE',
      'README.md',
      'package.json',
    ]);
    expect(files).toContain('dist/index.d.ts');
  });

  test('brings nothing that runs a script when it is installed', () => {
    const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, object>;
    };
    expect(Object.entries(packages).filter(([, entry]) => 'hasInstallScript' in entry)).toEqual([]);
  });

  test.each(['typescript', 'typescript-5'])(
    'is read by the compiler of %s, library declarations included',
    async (compiler) => {
      const tsc = createRequire(import.meta.url)
        .resolve(`${compiler}/package.json`)
        .replace('package.json', 'bin/tsc');
      const { stdout, exitCode } = await run(process.execPath, [tsc, '-p', '.', '--skipLibCheck', 'false']);
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 });
    },
  );

  test('has its commands where npx finds them', async () => {
    const { stdout, exitCode } = await run('npx', ['get-pipeline-definition', '--name', 'typed', '-f', '-']);
    expect(exitCode).toBe(0);
    expect((JSON.parse(stdout) as { Steps: { Name: string }[] }).Steps.map(({ Name }) => Name)).toEqual([
      'Prepare',
      'Predict',
    ]);
    const plan = await run('npx', ['run-pipeline', '--name', 'typed', '-p', 'ModelName=m', '--dry-run']);
    expect(plan.exitCode).toBe(0);
    expect(plan.stdout).toContain('after Prepare');
  });
});

test('no dependency of the repository runs a script when it is installed', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, object>;
  };
  expect(Object.entries(packages).filter(([, entry]) => 'hasInstallScript' in entry)).toEqual([]);
});

import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Pipeline, bind, check, emit, toJson } from 'sagemaker-pipelines';
import { scikitLearnEnvironment } from '../run/local/containers/python/environments.ts';
import { writeProject } from '../support/project.ts';
import type { PythonEnvironment } from '../support/python-environment.ts';
import { runCommand } from '../support/run-command.ts';

export const PIPELINES = fileURLToPath(new URL('../../pipelines/', import.meta.url));

/** What every pipeline of this repository has to be; `golden` is the name of its document's file. */
export function describeDocument(name: string, pipeline: Pipeline, golden: string, kwargs: readonly string[] = []) {
  describe(`the document of ${golden}`, () => {
    const assembly = emit(pipeline, { region: 'us-east-1' });

    test('is the golden document', async () => {
      await expect(toJson(assembly.definition)).toMatchFileSnapshot(`../golden/pipelines/${golden}.json`);
    });

    test('has nothing wrong with it', () => {
      expect([...assembly.diagnostics, ...check(assembly.definition)]).toEqual([]);
    });

    test('needs nothing of an account once it is bound', () => {
      const bound = bind(assembly.definition, { bucket: 'b', roleArn: 'arn:aws:iam::111122223333:role/r' });
      expect(bound.Parameters?.map(({ Name }) => Name)).toEqual(Object.keys(pipeline.parameters));
    });

    test('writes every result to a place of its execution', () => {
      const written = [
        ...JSON.stringify(assembly.definition).matchAll(
          /"(?:S3OutputPath|S3Output":\{"S3Uri)":(\{"Std:Join.*?\}\}|"[^"]*")/g,
        ),
      ].map(([, place]) => place!);
      expect(written.length).toBeGreaterThan(0);
      for (const place of written) expect(place).toContain('Execution.PipelineExecutionId');
    });

    test('is the same bytes from another folder', async () => {
      const project = copyOfPipelines();
      const { stdout, exitCode } = await project.run('get-pipeline-definition', ['--name', name, '-f', '-', ...kwargs]);
      expect({ stdout, exitCode }).toEqual({ stdout: toJson(assembly.definition), exitCode: 0 });
    });
  });
}

/** A project of its own with all the pipelines of this repository: what a run leaves is not left here. */
export function copyOfPipelines(afterwards?: Parameters<typeof writeProject>[2]) {
  const project = writeProject({}, 'a copy', afterwards);
  cpSync(PIPELINES, join(project.folder, 'pipelines'), {
    recursive: true,
    filter: (path) => !path.includes('__pycache__'),
  });
  return project;
}

/** Environments are kept from one test run to the next; how pip finds packages is this machine's matter. */
export const OWN_PYTHON = {
  HOME: homedir(),
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('PIP_'))),
} as Record<string, string>;

/** What `run-pipeline --json` answers. */
interface RunAnswer {
  readonly run: string;
  readonly state: string;
  readonly steps: readonly { step: string; state: string; facts: Record<string, unknown>; reason?: string }[];
  readonly error?: { code: string; message: string };
}

/** Runs a pipeline on this machine in a copy of this repository's. */
export async function runHere(project: ReturnType<typeof copyOfPipelines>, name: string, ...flags: string[]) {
  const { stdout, stderr, exitCode } = await project.run(
    'run-pipeline',
    ['--name', name, '--local', '--json', ...flags],
    OWN_PYTHON,
    580_000,
  );
  if (!stdout.startsWith('{')) throw new Error(stderr);
  const answer = JSON.parse(stdout) as RunAnswer;
  const store = join(project.folder, '.sagemaker-pipelines', 'store', 'sagemaker-local');
  return {
    ...answer,
    stderr,
    exitCode,
    store,
    /** A file that a step wrote, by the pipeline's own name. */
    file: (pipeline: string, ...path: string[]) => join(store, pipeline, answer.run, ...path),
    states: Object.fromEntries(answer.steps.map(({ step, state }) => [step, state])),
  };
}

/** Makes a virtual environment with the packages of others, the first one's first; gives its Python. */
export async function joinEnvironments(
  folder: string,
  others: readonly Pick<PythonEnvironment, 'python' | 'folder'>[],
): Promise<string> {
  const made = await runCommand(others[0]!.python, ['-m', 'venv', '--without-pip', folder]);
  if (made.exitCode !== 0) throw new Error(made.stderr);
  const lines = others.map((each) => `import site; site.addsitedir(${JSON.stringify(sitePackagesOf(each.folder))})\n`);
  writeFileSync(join(sitePackagesOf(folder), 'others.pth'), lines.join(''));
  return join(folder, 'bin', 'python');
}

function sitePackagesOf(environment: string): string {
  const [python] = readdirSync(join(environment, 'lib')).filter((name) => name.startsWith('python'));
  return join(environment, 'lib', python!, 'site-packages');
}

/** What a sample comes to when it is computed with plain scikit-learn, without the pipelines' scripts. */
export async function computeDirectly<Found>(what: 'abalone' | 'housing' | 'census' | 'reviews'): Promise<Found> {
  const { python } = await scikitLearnEnvironment();
  const script = fileURLToPath(new URL('direct_computation.py', import.meta.url));
  const { stdout, stderr, exitCode } = await runCommand(python, ['-B', script, what, PIPELINES]);
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Found;
}

/** The records of a CSV file without quotes. */
export function readCsv(file: string): string[][] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
}

export function readJson<Content>(file: string): Content {
  return JSON.parse(readFileSync(file, 'utf8')) as Content;
}

/** Two lists of numbers are the same but for what another build of NumPy makes of the last digits. */
export function expectSameNumbers(found: readonly number[], expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  expect(Math.max(...found.map((value, at) => Math.abs(value - expected[at]!)))).toBeLessThan(1e-9);
}

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { RESERVED_PARAMETERS } from '../../../src/definition/bind.ts';
import type { Diagnostic } from '../../../src/definition/diagnostic.ts';
import { type ParameterValue, type PipelineDocument, parameterType } from '../../../src/definition/document.ts';
import { PipelineError, isPipelineError } from '../../../src/definition/error.ts';
import { parse } from '../../../src/definition/parse.ts';
import type { Containers } from '../../../src/run/local/containers/container.ts';
import { standInFor } from '../../../src/run/local/containers/images.ts';
import { bench } from './run-document.ts';

const SHARED =
  process.env['SAGEMAKER_PIPELINES_SHARED'] ??
  resolve(fileURLToPath(new URL('../../../..', import.meta.url)), 'shared');
const VALID = join(SHARED, 'documents/valid');
const isHere = existsSync(VALID);

/** Images are looked at as for a real run; no environment is built, and where a job would start the run ends. */
const looking: Containers = {
  identify: () => Promise.resolve(null),
  inspect: (work) =>
    Promise.resolve(
      work.flatMap(({ image }): Diagnostic[] =>
        standInFor(image, {}) === undefined
          ? [{ code: 'image-not-supported', severity: 'error', message: `Nothing stands in for the image ${image}` }]
          : [],
      ),
    ),
  run: ({ name }) => Promise.reject(new PipelineError('machine', 'would-run', `${name} would run`)),
  serve: () => Promise.reject(new PipelineError('machine', 'would-run', 'a model would be served')),
};

/** How a document comes out, in a word, and why. */
interface Verdict {
  readonly word: 'runs' | 'would run a job' | 'fails' | 'is refused';
  readonly why: readonly string[];
}

async function verdictOn(document: PipelineDocument): Promise<Verdict> {
  try {
    const ran = await bench().run(document, {
      parameters: valuesFor(document),
      settings: { containers: () => Promise.resolve(looking) },
    });
    const failed = Object.entries(ran.reasons).find(([step]) => ran.states[step] === 'failed');
    return failed === undefined
      ? { word: 'runs', why: [] }
      : { word: 'fails', why: [`${failed[0]}: ${failed[1] ?? ''}`.split('\n')[0]!] };
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    if (error.code === 'would-run') return { word: 'would run a job', why: [] };
    const errors = error.diagnostics.filter(({ severity }) => severity === 'error');
    const reasons = errors.length === 0 ? [error] : errors;
    return { word: 'is refused', why: [...new Set(reasons.map(({ code, message }) => `${code}: ${message}`))] };
  }
}

function valuesFor({ Parameters = [] }: PipelineDocument): Record<string, ParameterValue> {
  const missing = Parameters.filter(({ Name, DefaultValue }) => {
    return (DefaultValue === undefined || DefaultValue === null) && !RESERVED_PARAMETERS.includes(Name);
  });
  const values = { String: 's3://corpus/value', Integer: 1, Float: 1, Boolean: true };
  return Object.fromEntries(
    missing.map((parameter) => [parameter.Name, parameter.EnumValues?.[0] ?? values[parameterType(parameter)]]),
  );
}

describe.skipIf(!isHere)('real documents (beside the repository, or SAGEMAKER_PIPELINES_SHARED)', () => {
  test('run on this machine or are refused, each with its reason, and none crashes', async () => {
    const names = readdirSync(VALID).filter((name) => name.endsWith('.json'));
    const verdicts = new Map<string, Verdict>();
    for (const name of names) {
      const { document } = parse(readFileSync(join(VALID, name), 'utf8'));
      if (document !== undefined) verdicts.set(name, await verdictOn(document));
    }
    const unexplained = [...verdicts].filter(
      ([, { word, why }]) => word !== 'runs' && word !== 'would run a job' && why.length === 0,
    );
    expect(unexplained).toEqual([]);
    if (process.env['npm_lifecycle_event'] === 'corpus') report(verdicts);
    expect(verdicts.size).toBeGreaterThan(200);
    expect(countOf(verdicts, 'runs')).toBeGreaterThan(3);
  });
});

function countOf(verdicts: ReadonlyMap<string, Verdict>, wanted: string): number {
  return [...verdicts.values()].filter(({ word }) => word === wanted).length;
}

function report(verdicts: ReadonlyMap<string, Verdict>): void {
  const lines = [...verdicts].flatMap(([name, { word, why }]) => [
    `${name} ${word}`,
    ...why.map((each) => `    ${each}`),
  ]);
  const words = new Set([...verdicts.values()].map(({ word }) => word));
  const sums = [...words].map((word) => `${countOf(verdicts, word)} ${word}`);
  process.stdout.write(`${lines.join('\n')}\n\non this machine: ${sums.join(', ')}\n`);
}

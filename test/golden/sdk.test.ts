import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Json, type Pipeline, bind, check, emit, isPipeline, toJson } from 'sagemaker-pipelines';
import { firstDifference } from './difference.ts';
import { normalise } from './normalise.ts';

const FOLDER = new URL('sdk/', import.meta.url);
const ACCOUNT = { bucket: 'my-bucket', roleArn: 'arn:aws:iam::111122223333:role/SageMakerRole' };

const documents = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json') && file !== 'gaps.json')
  .map((file) => file.slice(0, -'.json'.length));
const gaps = readJson('gaps.json') as Readonly<Record<string, string>>;

describe('what the Python SDK emits', () => {
  test.each(documents)('%s is what its twin emits', async (name) => {
    const twin = twinOf(name);
    const sdk = normalise(readJson(`${name}.json`));
    const difference = existsSync(twin) ? firstDifference(sdk, normalise(await emitted(twin))) : 'no twin is written';
    expect(complaint(name, gaps[name], difference)).toBeUndefined();
  });

  test.each(documents.filter((name) => existsSync(twinOf(name))))(
    '%s has a twin that is emitted and checked without an error',
    async (name) => {
      const { definition, diagnostics } = emit(await load(twinOf(name)), { region: 'us-west-2' });
      const errors = check(definition).filter(({ severity }) => severity === 'error');
      // The document reads a parameter that it does not declare, as the SDK lets it.
      const wanted = name === 'exp' ? [{ code: 'unknown-parameter' }] : [];
      expect(diagnostics).toEqual([]);
      expect(errors).toMatchObject(wanted);
      expect(errors).toHaveLength(wanted.length);
    },
  );

  test('a gap is listed for documents alone', () => {
    expect(Object.keys(gaps).filter((name) => !documents.includes(name))).toEqual([]);
  });
});

describe('the verdict on a document', () => {
  test('a difference is a complaint that names the document and the first path', () => {
    const difference = firstDifference({ Steps: [{ Name: 'A' }] }, { Steps: [{ Name: 'B' }] });
    expect(complaint('training_min', undefined, difference)).toBe(
      'training_min differs from its twin at Steps[0].Name: wanted "A", found "B"',
    );
  });

  test('a difference that is listed with its reason is none', () => {
    expect(complaint('exp', 'the SDK reads what it does not declare', 'Steps: …')).toBeUndefined();
  });

  test('a listed gap that has closed is a complaint', () => {
    expect(complaint('exp', 'the SDK reads what it does not declare', undefined)).toBe(
      'exp is what its twin emits by now: take it out of gaps.json',
    );
  });
});

function complaint(name: string, gap: string | undefined, difference: string | undefined): string | undefined {
  if (gap === undefined) return difference === undefined ? undefined : `${name} differs from its twin at ${difference}`;
  return difference === undefined ? `${name} is what its twin emits by now: take it out of gaps.json` : undefined;
}

async function emitted(twin: URL): Promise<Json> {
  const { definition } = emit(await load(twin), { region: 'us-west-2' });
  return JSON.parse(toJson(bind(definition, ACCOUNT))) as Json;
}

async function load(twin: URL): Promise<Pipeline> {
  const loaded = (await import(twin.href)) as { readonly default: unknown };
  if (!isPipeline(loaded.default)) throw new TypeError(`${twin.pathname} exports no pipeline by default`);
  return loaded.default;
}

function twinOf(name: string): URL {
  return new URL(`twins/${name.replaceAll('_', '-')}.ts`, FOLDER);
}

function readJson(file: string): Json {
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Json;
}

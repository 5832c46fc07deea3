import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { batchTransform } from 'sagemaker-pipelines';
import { describe, expect, test } from 'vitest';

import type { Json } from '../../../../src/definition/document.ts';
import { captureManifests } from '../../../../src/run/local/transform/capture.ts';
import { listedIn } from '../../../../src/run/local/manifest.ts';
import { objectsOfPrefix } from '../../../../src/run/local/transform/objects.ts';
import {
  executionParameters,
  parametersLine,
  transformEnvironment,
} from '../../../../src/run/local/transform/parameters.ts';
import { readPlan } from '../../../../src/run/local/transform/plan.ts';
import { columnsOf } from '../../../../src/run/local/transform/csv-row.ts';
import { type StubModel, echo, stubModel } from './model-server.ts';
import { type JobRun, runJob, sleep } from './run-job.ts';

const SHARED =
  process.env['SAGEMAKER_PIPELINES_SHARED'] ??
  resolve(fileURLToPath(new URL('../../../../..', import.meta.url)), 'shared');
const CASES = join(SHARED, 'transform/cases.json');
const isHere = existsSync(CASES);

type Members = Readonly<Record<string, Json>>;

interface InputFile {
  readonly key: string;
  readonly body?: string;
  readonly bodyFile?: string;
  readonly gunzipped?: string;
}

interface Vector {
  readonly name: string;
  readonly input: Members & { readonly files?: readonly InputFile[] };
  readonly config: Members;
  readonly modelRequests?: readonly string[];
  readonly modelResponses?: readonly string[];
  readonly expected: Readonly<Record<string, unknown>> & {
    readonly error?: boolean;
    readonly word?: string;
    readonly files?: readonly InputFile[];
    readonly inferenceIds?: readonly string[];
    readonly inferenceTime?: string;
    readonly keys?: readonly string[];
    readonly requests?: readonly string[];
  };
}

/**
 * Where AWS's sources contradict each other, or the service is known to do other than this engine: the reading that was
 * chosen, which `docs/batch-transform.md` names.
 */
const READINGS: Readonly<Record<string, Vector['expected']>> = {
  // The end of a range is not part of it, as in the library that AWS's page cites.
  'doc-operator-slice-inclusive-reading-1-4': { json: [11, 12, 13] },
  'doc-operator-slice-inclusive-reading-to-5': { json: [10, 11, 12, 13, 14] },
  // The service's own message outranks the example in the API reference.
  'contested-index-and-range': { error: true, word: 'only single range filters' },
  // Whole relative paths, where the API reference's example drops a folder.
  'assemble-output-key-for-prefix': {
    keys: ['s3://bucket-name/output-name-prefix/input-name-prefix/dataset01/data.csv.out'],
  },
  // Not split on this machine, and said before the job begins.
  'split-recordio-ten': { error: true, word: 'SplitType RecordIO' },
};

/** Members that some vectors give without the ones around them. */
const PLACES: Readonly<Record<string, string>> = {
  SplitType: 'TransformInput',
  InputFilter: 'DataProcessing',
  OutputFilter: 'DataProcessing',
};

const vectors: readonly Vector[] = isHere
  ? (JSON.parse(readFileSync(CASES, 'utf8')) as Vector[]).map((vector) => ({
      ...vector,
      expected: READINGS[vector.name] ?? vector.expected,
    }))
  : [];

describe.skipIf(!isHere)(
  'the vectors of Batch Transform (beside the repository, or SAGEMAKER_PIPELINES_SHARED)',
  () => {
    test('are all there, and each reading is of one of them', () => {
      expect(vectors.length).toBe(91);
      expect(Object.keys(READINGS).filter((name) => !vectors.some((vector) => vector.name === name))).toEqual([]);
    });

    test.each(vectors)('$name', async (vector) => {
      const { found, wanted } = await compare(vector);
      expect(found).toEqual(wanted);
    });
  },
);

interface Comparison {
  readonly found: unknown;
  readonly wanted: unknown;
}

/** What this engine makes of a vector, beside what the vector says. */
async function compare(vector: Vector): Promise<Comparison> {
  const { name, expected, config, input } = vector;
  if (name === 'recommended-split-by-content-type') return compareRecommendations(expected);
  if (name === 'observed-data-capture-manifest') return compareManifest(vector);
  if (name === 'observed-csv-join-input-with-inference-id-shape') return compareColumns(vector);
  if ('logLine' in expected) return { found: parametersLine(effective(vector)), wanted: expected['logLine'] };
  if ('effective' in expected) return { found: effective(vector), wanted: expected['effective'] };
  if ('MaxPayloadInMB' in expected) {
    return { found: effective(vector).MaxPayloadInMB, wanted: expected['MaxPayloadInMB'] };
  }
  if ('environment' in expected) {
    return { found: transformEnvironment(readPlan(config).plan!), wanted: expected['environment'] };
  }
  if ('objects' in expected) {
    return {
      found: listedIn(input.files![0]!.key, input.files![0]!.body!).map(({ uri }) => uri),
      wanted: expected['objects'],
    };
  }
  if (expected.keys?.[0]?.startsWith('s3://') === true) return comparePlaces(vector);

  const messages = readPlan(requestOf(vector)).problems.map(({ message }) => message);
  if (expected.error === true && messages.length > 0) return compareWords(messages.join('\n'), expected);
  if (messages.length > 0 || expected['ok'] === true) return { found: messages, wanted: [] };
  const [run, model] = await runVector(vector);
  if (run.leftOpen !== 0) throw new Error('an output was neither finished nor abandoned');
  if (expected.error !== true) return compareRun(vector, run, model);
  const { failures, files } = run;
  if (failures.length !== 1 || Object.keys(files).length > 0) return { found: run, wanted: 'a failure and no output' };
  return compareWords(failures[0]!.message, expected);
}

/** A message holds a vector's word and, where they are known, AWS's own words. */
function compareWords(message: string, { word = '', ...expected }: Vector['expected']): Comparison {
  const words = ((expected['message'] as string | undefined) ?? '').replace('ValidationException: ', '');
  return message.includes(word) && message.includes(words)
    ? { found: true, wanted: true }
    : { found: message, wanted: [word, words] };
}

function requestOf({ config, input }: Vector): Members {
  const request: Record<string, Json> = {};
  for (const [name, value] of Object.entries(config)) {
    const place = PLACES[name];
    if (place === undefined) request[name] = { ...(request[name] as Members), ...(value as Members) };
    else request[place] = { ...(request[place] as Members), [name]: value };
    if (place === undefined && (typeof value !== 'object' || value === null)) request[name] = value;
  }
  const type = 'DataProcessing' in request && !('TransformInput' in request) ? 'application/json' : undefined;
  if (type !== undefined) request['TransformInput'] = { ContentType: type };
  if (type !== undefined) request['TransformOutput'] = { Accept: type };
  if ('records' in input && Array.isArray(input['records'])) request['TransformInput'] = { SplitType: 'Line' };
  if ('recordBytes' in input) request['TransformInput'] = { SplitType: 'Line' };
  return request;
}

function effective({ config, input }: Vector) {
  return executionParameters(readPlan(config).plan!.asked, input['executionParameters']);
}

/** An object of a vector, whichever way it is given. */
function objectsOf({ input }: Vector): Record<string, string | Uint8Array> {
  if (input.files !== undefined) {
    return Object.fromEntries(
      input.files.map((file) => [
        file.key,
        file.gunzipped !== undefined
          ? gzipSync(file.gunzipped)
          : (file.body ?? (file.bodyFile === undefined ? 'image' : readFileSync(join(SHARED, file.bodyFile)))),
      ]),
    );
  }
  const of = (): string | Uint8Array => {
    if ('json' in input) return JSON.stringify(input['json']);
    if ('body' in input) return input['body'] as string;
    if ('bodyHex' in input) return Buffer.from(input['bodyHex'] as string, 'hex');
    if ('bodyBytes' in input) return 'x'.repeat(input['bodyBytes'] as number);
    // A record of a vector that gives no lines is a line that ends one byte later.
    if ('records' in input) return (input['records'] as string[]).map((record) => `${record}\n`).join('');
    if ('recordBytes' in input) {
      return (input['recordBytes'] as number[]).map((length) => `${'x'.repeat(length - 1)}\n`).join('');
    }
    return `${'x'.repeat((input['lineBytesEach'] as number) - 1)}\n`.repeat(input['lines'] as number);
  };
  return { in: of() };
}

async function runVector(vector: Vector): Promise<[JobRun, StubModel]> {
  const { modelResponses: responses, expected, name } = vector;
  const lines = vector.input.files?.[0]?.body?.split('\n') ?? [];
  let next = 0;
  const model = await stubModel(async (invocation, call) => {
    if (name === 'assemble-bad-record-no-output') {
      return invocation.body.includes('x') ? { status: 400, body: 'could not convert string to float' } : '0.5\n';
    }
    if (responses === undefined) return echo(invocation);
    if (name === 'assemble-order-kept') {
      await sleep(call === 0 ? 50 : 0);
      return responses[lines.indexOf(invocation.body.toString().trim())]!;
    }
    if (responses.length === 1) return responses[0]!;
    // A response a record, whatever number of records came in one request.
    const asked = invocation.body.toString().trimEnd().split('\n').length;
    return responses.slice(next, (next += asked)).join('\n');
  });
  const run = await runJob({
    request: requestOf(vector),
    objects: objectsOf(vector),
    containers: [model],
    ...(expected.inferenceIds === undefined ? {} : { ids: expected.inferenceIds }),
    now: new Date(expected.inferenceTime ?? '2023-01-21T01:29:04Z'),
  });
  return [run, model];
}

function compareRun(vector: Vector, run: JobRun, model: StubModel): Comparison {
  const { expected, modelRequests } = vector;
  const asked = model.invocations.map(({ body }) => body.toString());
  const output = Object.values(run.files)[0] ?? '';
  const lines = output.trimEnd().split('\n');
  const record = (body: string) => (vector.input.files === undefined ? body.replaceAll('\n', '') : body);
  /** What there is to compare, by the names that vectors use. */
  const observations: Readonly<Record<string, () => unknown>> = {
    files: () => run.files,
    json: () => JSON.parse(output),
    jsonLines: () => lines.map((line) => JSON.parse(line) as Json),
    csvRows: () => lines.map((row) => columnsOf(row).map((column) => column.replace(/^"(.*)"$/, '$1'))),
    keys: () => Object.keys(run.files).toSorted(),
    records: () => {
      if (typeof expected['records'] === 'number') return asked.length;
      return vector.config['SplitType'] === null ? asked : asked.join('').split(/(?<=\n)/);
    },
    recordHex: () => model.invocations[0]!.body.toString('hex'),
    requests: () => asked.map(record),
    requestCount: () => asked.length,
    requestCountAtMost: () => Math.max(asked.length, expected['requestCountAtMost'] as number),
    recordsPerRequest: () => asked.map((body) => body.split('\n').length - 1),
    requestsByFile: () =>
      Object.fromEntries(Object.keys(run.files).map((key, index) => [key.slice(0, -4), [asked[index]]])),
    effect: () => (asked.length === 1 ? expected['effect'] : asked),
    jobStatus: () => (run.failures.length > 0 ? 'Failed' : 'Completed'),
  };
  const compared = Object.keys(expected).filter((name) => name in observations);
  if (compared.length === 0) throw new Error(`nothing to compare in ${Object.keys(expected).join()}`);
  const sent = modelRequests === undefined ? {} : { sent: asked.join('').trimEnd().split('\n') };
  return {
    found: { ...Object.fromEntries(compared.map((name) => [name, observations[name]!()])), ...sent },
    wanted: {
      ...Object.fromEntries(compared.map((name) => [name, wantedOf(name, expected)])),
      ...(modelRequests === undefined ? {} : { sent: modelRequests.join('\n').trimEnd().split('\n') }),
    },
  };
}

function wantedOf(name: string, expected: Vector['expected']): unknown {
  if (name === 'keys') return expected.keys!.toSorted();
  if (name !== 'files') return expected[name];
  const body = (file: InputFile) => file.body ?? readFileSync(join(SHARED, file.bodyFile!), 'utf8');
  return Object.fromEntries(expected.files!.map((file) => [file.key, body(file)]));
}

/** Where outputs go, for vectors whose objects have no content. */
function comparePlaces({ input, config, expected }: Vector): Comparison {
  const plan = readPlan(config).plan!;
  const prefix = plan.source.uri === '' ? 's3://awsexamplebucket/' : plan.source.uri;
  const uris = input.files!.map(({ key }) => (key.startsWith('s3://') ? key : `${prefix}${key}`));
  const places = objectsOfPrefix(
    prefix,
    uris.map((uri) => ({ uri, size: 1 })),
  );
  const root = plan.outputPath.replace(/\/$/, '');
  return { found: places.map(({ output }) => `${root}/${output}`), wanted: expected.keys };
}

function compareManifest({ config, expected, input }: Vector): Comparison {
  const [, output] = captureManifests({
    destination: (config['DataCaptureConfig'] as Members)['DestinationS3Uri'] as string,
    began: new Date(`${input['jobStart'] as string}:30:00Z`),
    identify: () => '<uuid>',
    input: { prefix: 's3://bucket/in', names: ['test-dataset.jsonl'] },
    output: {
      prefix: (config['TransformOutput'] as Members)['S3OutputPath'] as string,
      names: ['test-dataset.jsonl.out'],
    },
  });
  const pattern = expected['captureKeyPattern'] as string;
  return {
    found: { captureKeyPattern: output!.uri.slice(-pattern.length), manifest: JSON.parse(output!.body) as Json },
    wanted: expected,
  };
}

async function compareColumns(vector: Vector): Promise<Comparison> {
  const rounded = (vector.expected['predictionsRounded6'] as number[]).map(String);
  const [, id, time] = vector.expected['firstRowLast3'] as string[];
  const [{ files }] = await runVector({
    ...vector,
    modelResponses: rounded,
    expected: { inferenceIds: rounded.map(() => id!), inferenceTime: time! },
  });
  const rows = files[vector.expected['outputKey'] as string]!.trimEnd()
    .split('\n')
    .map((row) => row.split(','));
  const inputs = vector.input.files![0]!.body!.trimEnd().split('\n');
  return {
    found: rows.map((row) => [row.length, row.slice(0, -3).join(','), ...row.slice(-3)]),
    wanted: inputs.map((row, index) => [vector.expected['columns'], row, rounded[index], id, time]),
  };
}

/** The recommended splits are what `batchTransform` writes; RecordIO must be asked for by name. */
function compareRecommendations({ SplitType }: Vector['expected']): Comparison {
  const splits = Object.entries(SplitType as Readonly<Record<string, string>>).filter(
    ([, split]) => split !== 'RecordIO',
  );
  const found = splits.map(([contentType]) => {
    const { TransformInput, TransformOutput } = batchTransform({
      model: 'm',
      input: 's3://b/in',
      contentType,
      instance: { type: 'ml.m5.large' },
    });
    return [contentType, TransformInput?.SplitType ?? 'None', TransformOutput?.AssembleWith ?? 'None'];
  });
  return { found, wanted: splits.map(([contentType, split]) => [contentType, split, split]) };
}

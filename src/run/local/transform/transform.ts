import type { World } from '../../runner.ts';
import { type Assembly, type ObjectSink, assemble } from './assemble.ts';
import { type Client, type InvokedContainer, askExecutionParameters, interruption, openClient } from './client.ts';
import { type FaultPlace, type TransformFailure, TransformFault } from './fault.ts';
import { type Model, invoke, invokeStreaming } from './invoke.ts';
import type { Processing } from './join.ts';
import { limit } from './limit.ts';
import { type ExecutionParameters, executionParameters } from './parameters.ts';
import { NEWLINE, type Pieces, view } from './pieces.ts';
import type { TransformPlan } from './plan.ts';
import { type BatchWork, placed, processBatch } from './process-batch.ts';
import { streamBody, writeStream } from './process-stream.ts';
import { type Batch, decompress, split } from './split.ts';

/** An object of the input. */
export interface TransformObject {
  /** What it is called in messages: its S3 URI, or its key. */
  readonly key: string;
  /** What its output is called: `folder/data.csv.out`. */
  readonly output: string;
  /** Its bytes from the beginning; called again for a retry, a join of a stream and to find a line. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** A batch transform job whose containers answer `/ping`. */
interface TransformJob {
  readonly plan: TransformPlan;
  /** In their order; each object goes through all of them. */
  readonly containers: readonly InvokedContainer[];
  readonly objects: Iterable<TransformObject> | AsyncIterable<TransformObject>;
  readonly output: (name: string) => Promise<ObjectSink>;
  readonly world: Pick<World, 'now' | 'unique' | 'sleep'>;
  readonly signal: AbortSignal;
  /** Told once, before the first request. */
  readonly begins?: (parameters: ExecutionParameters) => void;
  /** Told after each answer and each object. */
  readonly goesOn?: (progress: TransformProgress) => void;
}

/** How far a job has come. */
interface TransformProgress {
  readonly answers: number;
  /** Objects with an output, and without one. */
  readonly done: number;
  readonly failed: number;
}

/** What became of the job: objects that failed have no output, the others have theirs. */
export interface TransformResult {
  readonly outputs: readonly string[];
  readonly failures: readonly TransformFailure[];
  readonly requests: number;
  readonly parameters: ExecutionParameters;
}

/**
 * Runs a batch transform job: splits objects into requests, sends them through the model and assembles the answers in
 * the order of the input. Memory is bounded by `MaxPayloadInMB` and the number of workers, whatever the input's size.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html
 */
export async function transform(job: TransformJob): Promise<TransformResult> {
  const { plan, world, signal } = job;
  const mostWorkers = plan.instances * (plan.asked.MaxConcurrentTransforms ?? 8);
  const client = openClient(job.containers, {
    seconds: plan.invocationSeconds,
    retries: plan.invocationRetries,
    workers: mostWorkers,
    sleep: world.sleep,
    signal,
  });
  try {
    const [first] = job.containers;
    const { BatchStrategy, MaxPayloadInMB, MaxConcurrentTransforms } = plan.asked;
    const isTold = [BatchStrategy, MaxPayloadInMB, MaxConcurrentTransforms].every((value) => value !== undefined);
    const answered =
      first === undefined || isTold ? undefined : await askExecutionParameters(client, first, world.sleep);
    const parameters = executionParameters(plan.asked, answered);
    job.begins?.(parameters);
    return { ...(await run(job, client, parameters)), parameters };
  } finally {
    client.close();
  }
}

async function run(
  job: TransformJob,
  client: Client,
  parameters: ExecutionParameters,
): Promise<Omit<TransformResult, 'parameters'>> {
  const { plan } = job;
  const work = workOf(job, parameters);
  const model: Model = {
    containers: job.containers,
    contentType: plan.contentType,
    accept: plan.accept,
    isChunked: work.splitting.bytesAtMost === Infinity,
  };
  const workers = plan.instances * parameters.MaxConcurrentTransforms;
  const slots = limit(workers);
  // Answers that came early wait for their turn: as many as there are workers, and one batch is read ahead.
  const ahead = limit(workers * 2);
  const openObjects = limit(workers * 2);
  /** The output of each object or why it has none, in the order of the objects, whichever ends first. */
  const outcomes: (string | TransformFailure)[] = [];
  const finishing = new Set<Promise<void>>();
  let [begun, done, failed, requests, answers] = [0, 0, 0, 0, 0];
  let isOver = false;

  const goOn = () => job.goesOn?.({ answers, done, failed });
  const ask = async (body: Pieces) => {
    requests++;
    const answer = await invoke(client, model, body);
    answers++;
    goOn();
    return answer;
  };
  const dispatch = async (batch: Batch, assembly: Assembly) => {
    await ahead.take();
    await slots.take();
    const answer = assembly.hasFailed() ? Promise.resolve([]) : processBatch(batch, work, ask);
    const givesSlot = () => slots.give();
    answer.then(givesSlot, givesSlot);
    void assembly.add(answer).then(ahead.give);
  };
  const settle = (place: number, outcome: string | TransformFailure): void => {
    outcomes[place] = outcome;
    if (typeof outcome === 'string') done++;
    else failed++;
  };
  const finish = (object: TransformObject, ended: Promise<void>) => {
    const place = begun++;
    const finished = ended
      .then(
        () => settle(place, object.output),
        async (error: unknown) => {
          if (error instanceof TransformFault && error.ends) isOver = true;
          settle(place, await failureOf(object, plan, error));
        },
      )
      .finally(() => {
        finishing.delete(finished);
        openObjects.give();
        goOn();
      });
    finishing.add(finished);
  };

  let isEmptyJob = true;
  for await (const object of job.objects) {
    isEmptyJob = false;
    if (isOver) break;
    await openObjects.take();
    if (job.signal.aborted) {
      finish(object, Promise.reject(interruption()));
      break;
    }
    if (isStreamed(work, plan)) {
      await slots.take();
      requests++;
      finish(object, streamObject(object, job, client, model, work.processing).finally(slots.give));
      continue;
    }
    const assembly = assemble(() => job.output(object.output));
    try {
      for await (const batch of split(read(object, plan), work.splitting)) {
        if (assembly.hasFailed()) break;
        await dispatch(batch, assembly);
      }
    } catch (error) {
      assembly.fail(error);
    }
    finish(object, assembly.finish());
  }
  await Promise.all(finishing);
  if (isEmptyJob) outcomes.push(nothingToDo(plan));
  const outputs = outcomes.filter((outcome) => typeof outcome === 'string');
  const failures = outcomes.filter((outcome) => typeof outcome !== 'string');
  return { outputs, failures, requests };
}

/** One object, one request, of any length: `MaxPayloadInMB` 0. */
async function streamObject(
  object: TransformObject,
  { plan, output }: TransformJob,
  client: Client,
  model: Model,
  processing: Processing | undefined,
): Promise<void> {
  try {
    // No record, no request; as it is with a payload limit.
    if (plan.split === 'Line' && (await isEmpty(read(object, plan)))) {
      const sink = await output(object.output);
      return await sink.commit();
    }
    await invokeStreaming(
      client,
      model,
      () => streamBody(read(object, plan), processing),
      async (answer) => {
        const sink = await output(object.output);
        try {
          await writeStream(answer, () => read(object, plan), sink, { assembleWith: plan.assembleWith, processing });
          await sink.commit();
        } catch (error) {
          await sink.abandon();
          throw error;
        }
      },
    );
  } catch (error) {
    throw placed(error, { start: 0, length: Infinity });
  }
}

function workOf({ plan, world }: TransformJob, parameters: ExecutionParameters): BatchWork {
  const { filter } = plan;
  const processing: Processing | undefined = filter && {
    ...filter,
    ...(plan.identifiesInferences && filter.joins
      ? { inference: { identify: () => uuid(world.unique), time: timeOf(world.now()) } }
      : {}),
  };
  return {
    splitting: {
      split: plan.split,
      strategy: parameters.BatchStrategy === 'SINGLE_RECORD' ? 'SingleRecord' : 'MultiRecord',
      bytesAtMost: parameters.MaxPayloadInMB === 0 ? Infinity : parameters.MaxPayloadInMB * 1024 ** 2,
    },
    assembleWith: plan.assembleWith,
    processing,
  };
}

function isStreamed({ splitting, processing }: BatchWork, { split }: TransformPlan): boolean {
  if (splitting.bytesAtMost !== Infinity) return false;
  if (split === 'Line' && splitting.strategy === 'SingleRecord') return false;
  // One JSON value can only be read as a whole.
  return processing === undefined || processing.byLine;
}

function read(object: TransformObject, { isGzip }: TransformPlan): AsyncIterable<Uint8Array> {
  return isGzip ? decompress(object.open()) : object.open();
}

async function isEmpty(source: AsyncIterable<Uint8Array>): Promise<boolean> {
  for await (const piece of source) if (piece.length > 0) return false;
  return true;
}

/** A job without input fails on AWS too: it is nearly always a prefix that is misspelt. */
function nothingToDo({ source: { type, uri } }: TransformPlan): TransformFailure {
  const where = type === 'ManifestFile' ? `the manifest ${uri} names no objects` : `there are no objects under ${uri}`;
  return { code: 'no-objects', key: uri, message: where, fix: 'look at TransformInput.DataSource.S3DataSource.S3Uri' };
}

async function failureOf(object: TransformObject, plan: TransformPlan, error: unknown): Promise<TransformFailure> {
  if (!(error instanceof TransformFault)) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      code: 'object-unreadable',
      key: object.key,
      message: `${object.key} could not be read or written: ${why}`,
    };
  }
  const { code, message, detail, fix, place } = error;
  const lines = plan.split === 'Line' && place !== undefined ? await linesAt(read(object, plan), place) : undefined;
  return {
    code,
    key: object.key,
    ...(lines === undefined ? {} : { lines }),
    message: `${object.key}${lines === undefined ? '' : `, ${rangeOf(lines)}`}: ${message}`,
    ...(detail === undefined ? {} : { detail }),
    ...(fix === undefined ? {} : { fix }),
  };
}

function rangeOf({ first, last }: { readonly first: number; readonly last: number }): string {
  return first === last ? `line ${first}` : `lines ${first}–${last}`;
}

/** Which lines bytes of an object are: counted only when something went wrong, by reading it once more. */
async function linesAt(
  source: AsyncIterable<Uint8Array>,
  { start, length, record }: FaultPlace,
): Promise<{ readonly first: number; readonly last: number } | undefined> {
  let [at, before, within] = [0, 0, 0];
  let endsInNewline = true;
  const end = record === undefined ? start + length : start;
  try {
    for await (const piece of source) {
      const bytes = view(piece);
      for (let found = bytes.indexOf(NEWLINE); found >= 0; found = bytes.indexOf(NEWLINE, found + 1)) {
        if (at + found < start) before++;
        else if (at + found < end) within++;
      }
      const known = Math.min(bytes.length, end - at);
      if (known > 0) endsInNewline = bytes[known - 1] === NEWLINE;
      at += bytes.length;
      if (at >= end) break;
    }
  } catch {
    return undefined;
  }
  if (record !== undefined) return { first: before + record + 1, last: before + record + 1 };
  return { first: before + 1, last: before + Math.max(1, within + (endsInNewline ? 0 : 1)) };
}

/** https://www.rfc-editor.org/rfc/rfc9562#section-5.4 */
function uuid(unique: World['unique']): string {
  const digits = unique(32);
  const variant = ((Number.parseInt(digits[16]!, 16) & 3) | 8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join('-');
}

/** As AWS writes it: `2023-01-21T01:29:04Z`. */
function timeOf(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

import { expect } from 'vitest';

import type { Json } from '../../../../src/definition/document.ts';
import type { ObjectSink } from '../../../../src/run/local/transform/assemble.ts';
import type { InvokedContainer } from '../../../../src/run/local/transform/client.ts';
import { readPlan } from '../../../../src/run/local/transform/plan.ts';
import { type TransformResult, transform } from '../../../../src/run/local/transform/transform.ts';

/** Arguments of a job on CSV, line by line. */
export const BY_LINE = {
  TransformInput: { ContentType: 'text/csv', SplitType: 'Line' },
  TransformOutput: { Accept: 'text/csv', AssembleWith: 'Line' },
} as const;

export interface JobOptions {
  readonly request?: Readonly<Record<string, Json>>;
  readonly objects: Readonly<Record<string, string | Uint8Array>>;
  readonly containers: ReadonlyArray<Pick<InvokedContainer, 'url'> & Partial<InvokedContainer>>;
  /** The object that cannot be read after its first piece. */
  readonly unreadable?: string;
  /** A payload limit finer than `MaxPayloadInMB` can say. */
  readonly payloadBytes?: number;
  /** How many bytes a read of an object gives. */
  readonly piece?: number;
  readonly signal?: AbortSignal;
  readonly now?: Date;
  readonly ids?: readonly string[];
  /** A second of a job, in milliseconds of a test. */
  readonly second?: number;
}

/** A job's result and its outputs by name, as far as they are there. */
export interface JobRun extends TransformResult {
  readonly files: Readonly<Record<string, string>>;
  readonly bytes: Readonly<Record<string, Buffer>>;
  /** Outputs that were begun and neither finished nor abandoned. */
  readonly leftOpen: number;
  /** What the engine waited for beside answers, in milliseconds of the job. */
  readonly waits: readonly number[];
}

/** Runs a job over objects in memory. */
export async function runJob(options: JobOptions): Promise<JobRun> {
  const { request = BY_LINE, objects, containers, piece = 65_536, second = 1000, ids } = options;
  const { plan, problems } = readPlan(request);
  expect(problems).toEqual([]);
  const asked = options.payloadBytes === undefined ? {} : { MaxPayloadInMB: options.payloadBytes / 1024 ** 2 };
  const bytes: Record<string, Buffer> = {};
  const waits: number[] = [];
  let [leftOpen, unique] = [0, 0];
  const result = await transform({
    plan: { ...plan!, asked: { ...plan!.asked, ...asked } },
    containers: containers.map((container) => ({ environment: {}, ...container })),
    objects: Object.entries(objects).map(([key, content]) => ({
      key,
      output: `${key}.out`,
      open: () => pieces(Buffer.from(content), piece, key === options.unreadable),
    })),
    output: async (name) => {
      leftOpen++;
      return memorySink(
        (content) => (bytes[name] = content),
        () => leftOpen--,
      );
    },
    world: {
      now: () => options.now ?? new Date(0),
      unique: (digits) => (ids?.[unique++]?.replaceAll('-', '') ?? '').padEnd(digits, '0'),
      sleep: (milliseconds, signal) => {
        waits.push(milliseconds);
        return sleep((milliseconds * second) / 1000, signal);
      },
    },
    signal: options.signal ?? new AbortController().signal,
  });
  const files = Object.fromEntries(Object.entries(bytes).map(([name, content]) => [name, content.toString('utf8')]));
  return { ...result, files, bytes, leftOpen, waits };
}

async function* pieces(content: Buffer, length: number, breaks: boolean): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < content.length; at += length) yield content.subarray(at, at + length);
  if (breaks) throw new Error('EIO: i/o error, read');
}

export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const timer = setTimeout(resolve, milliseconds);
    const wake = () => {
      clearTimeout(timer);
      resolve();
    };
    signal?.addEventListener('abort', wake, { once: true });
  });
}

function memorySink(keep: (content: Buffer) => void, closed: () => void): ObjectSink {
  const written: Buffer[] = [];
  return {
    write: async (pieces) => void written.push(...pieces.map((piece) => Buffer.from(piece))),
    commit: async () => {
      keep(Buffer.concat(written));
      closed();
    },
    abandon: async () => closed(),
  };
}

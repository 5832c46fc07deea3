import { PipelineError } from '../../../definition/error.ts';
import { type Contained, type ContainedProcess, type Supervisor, startContained } from './contained.ts';
import type { ContainerEnd, Listener, ModelContainer, ModelServer } from './container.ts';
import { readLines } from './lines.ts';

/**
 * As long as SageMaker waits for a container to answer after its start.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
 */
const START_LIMIT = 480_000;

/** As long as SageMaker waits for each answer to /ping. */
const PING_LIMIT = 2_000;
const PING_PAUSE = 100;

const TAIL = 40;
const SHOWN = 20;

/** A server that is to be started. */
export interface Starting {
  readonly supervisor: Supervisor;
  readonly contained: Contained;
  readonly model: ModelContainer;
  readonly listen: Listener;
  readonly signal: AbortSignal;
  readonly grace: number;
  /** Milliseconds; as long as SageMaker waits when left out. */
  readonly limit: number | undefined;
  /** Where it listens, once that is known; it looks for as long as somebody waits. */
  readonly find: (started: ContainedProcess, given: AbortSignal) => Promise<string>;
  /** What is to be done when it has ended. */
  readonly tidy: () => void;
}

/** Starts a server and waits until it answers; one that does not is ended and told of with its last words. */
export async function startServer({
  model,
  listen,
  signal,
  grace,
  limit = START_LIMIT,
  ...starting
}: Starting): Promise<ModelServer> {
  const tail: string[] = [];
  const started = startContained(starting.supervisor, starting.contained, (stream, line) => {
    tail.push(line);
    if (tail.length > TAIL) tail.shift();
    listen(stream, line);
  });
  const ended = started.ended.then((end): ContainerEnd => ({ ...end, timedOut: false })).finally(starting.tidy);
  ended.catch(() => {});
  let last: NodeJS.Timeout | undefined;
  const stop = async (): Promise<void> => {
    started.terminate();
    last ??= setTimeout(started.kill, grace);
    await ended.catch(() => {});
    clearTimeout(last);
    signal.removeEventListener('abort', onAbort);
  };
  const onAbort = (): void => void stop();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) void stop();

  const given = new AbortController();
  const late = setTimeout(() => given.abort(), limit);
  try {
    const ready = starting.find(started, given.signal).then((url) => answering(url, given.signal));
    ready.catch(() => {});
    const url = await Promise.race([ready, ended.then(() => undefined), whenAborted(given.signal)]);
    if (typeof url === 'string') return { url, tail: () => [...tail], ended, stop };
    await stop();
    if (signal.aborted)
      throw new PipelineError('interrupted', 'interrupted', 'The model server was stopped before it had started');
    throw notStarted(
      model,
      tail,
      given.signal.aborted ? `it did not answer /ping within ${limit / 1_000} s` : undefined,
    );
  } finally {
    clearTimeout(late);
    given.abort();
  }
}

/** Where a server of ours says that it listens. */
export function announced({ announcements }: ContainedProcess): Promise<string> {
  return new Promise((resolve) => {
    readLines(announcements, (line) => {
      const port = /^listening on 127\.0\.0\.1:(\d+)$/.exec(line)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    });
  });
}

async function answering(url: string, given: AbortSignal): Promise<string> {
  while (!given.aborted) {
    try {
      const answer = await fetch(`${url}/ping`, { signal: AbortSignal.timeout(PING_LIMIT) });
      await answer.arrayBuffer();
      if (answer.ok) return url;
    } catch {
      // Nobody listens yet, or who does is not ready.
    }
    await new Promise((resolve) => setTimeout(resolve, PING_PAUSE));
  }
  throw new Error('nobody waits any more');
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** The fault of a server that does not come up, with the last that it said. */
export function notStarted(
  { image }: ModelContainer,
  tail: readonly string[],
  why = 'it ended before it answered /ping',
): PipelineError {
  const lines = tail.slice(-SHOWN);
  return new PipelineError(
    'failed',
    'model-server-not-started',
    `The model server for the image ${image} did not start`,
    {
      detail: [why, ...lines].join('\n  '),
      fix: 'the last lines above are its own: mend the code or the model that they name',
    },
  );
}

import { Agent, type ClientRequest, type IncomingMessage, get, request } from 'node:http';

import { jsonIn } from '../../../definition/expression.ts';
import { codeOf } from '../../../definition/error.ts';
import type { World } from '../../runner.ts';
import { TransformFault } from './fault.ts';
import { type Pieces, lengthOf, toWords } from './pieces.ts';

/** A model server and what the job knows of it. */
export interface InvokedContainer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The last lines it wrote. */
  readonly tail?: () => readonly string[];
  /** Settles when it has ended by itself. */
  readonly ended?: Promise<{ readonly exitCode: number | null; readonly signal: string | null }>;
}

/** A request's body: its pieces, or a stream of any length, which goes in HTTP chunks. */
export type Body = Pieces | AsyncIterable<Uint8Array>;

/** How invocations are made; `ModelClientConfig` is the request's part of it. */
interface ClientSettings {
  readonly seconds: number;
  readonly retries: number;
  readonly workers: number;
  readonly sleep: World['sleep'];
  readonly signal: AbortSignal;
}

/** One attempt: its open requests, which all end with it, and a way to end it from the side. */
export interface Attempt {
  readonly open: Set<ClientRequest>;
  readonly fail: (reason: Error) => void;
}

/** Whoever talks to a job's containers. */
export interface Client {
  readonly agent: Agent;
  /** Tries until it succeeds, retries are used up, or trying is of no use. */
  readonly attempt: <T>(work: (attempt: Attempt) => Promise<T>) => Promise<T>;
  readonly close: () => void;
}

/** A failed invocation; whether it is worth another try. */
class InvocationFault extends TransformFault {
  readonly again: boolean;
  /** The connection had been idle and the server had closed it: no try at all. */
  readonly isStale: boolean;

  constructor(
    code: string,
    message: string,
    {
      again,
      isStale = false,
      ...details
    }: { again: boolean; isStale?: boolean } & ConstructorParameters<typeof TransformFault>[2],
  ) {
    super(code, message, details);
    this.again = again;
    this.isStale = isStale;
  }
}

const FIRST_DELAY = 250;
const PARAMETERS_TIME_LIMIT = 60_000;
const PARAMETERS_BYTES = 100_000;

/** A client with one kept-alive connection a worker and container. */
export function openClient(containers: readonly InvokedContainer[], settings: ClientSettings): Client {
  const { seconds, retries, workers, sleep, signal } = settings;
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: workers });
  const inFlight = new Set<(reason: Error) => void>();
  let over: TransformFault | undefined;
  const endAll = (reason: TransformFault) => {
    over ??= reason;
    for (const stop of inFlight) stop(over);
  };
  const interrupt = () => endAll(interruption());
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  for (const [index, container] of containers.entries()) {
    void container.ended?.then(
      (end) => endAll(gone(containers, index, end)),
      () => {},
    );
  }

  const tryOnce = async <T>(work: (attempt: Attempt) => Promise<T>): Promise<T> => {
    if (over !== undefined) throw over;
    const open = new Set<ClientRequest>();
    const timer = new AbortController();
    let stop: (reason: Error) => void = () => {};
    const stopped = new Promise<never>((_, reject) => {
      stop = (reason) => {
        reject(reason);
        for (const each of open) each.destroy(reason);
      };
    });
    inFlight.add(stop);
    const timeOut = () => {
      if (!timer.signal.aborted) stop(noAnswerInTime(containers, seconds));
    };
    void sleep(seconds * 1000, timer.signal).then(timeOut, timeOut);
    const working = work({ open, fail: stop });
    try {
      return await Promise.race([stopped, working]);
    } catch (error) {
      for (const each of open) each.destroy();
      // What is half done must have stopped before it is begun again.
      await working.catch(() => {});
      throw error;
    } finally {
      timer.abort();
      inFlight.delete(stop);
    }
  };

  return {
    agent,
    attempt: async (work) => {
      for (let tries = 1, stale = 0; ; tries++) {
        try {
          return await tryOnce(work);
        } catch (error) {
          if (!(error instanceof InvocationFault) || over !== undefined) throw over ?? error;
          if (error.isStale && stale++ <= workers) {
            tries--;
            continue;
          }
          // Beside a delay this is the moment in which a container that died is heard of.
          if (error.again) await sleep(FIRST_DELAY * 2 ** (tries - 1), signal);
          if (over !== undefined) throw over;
          if (!error.again || tries > retries) throw afterTries(error, tries);
        }
      }
    },
    close: () => {
      signal.removeEventListener('abort', interrupt);
      agent.destroy();
    },
  };
}

/** What `GET /execution-parameters` answers; nothing from a container that does not have it, which it need not. */
export async function askExecutionParameters(
  { agent }: Client,
  container: InvokedContainer,
  sleep: World['sleep'],
): Promise<unknown> {
  const timer = new AbortController();
  try {
    return await new Promise<unknown>((resolve) => {
      const asking = get(new URL('/execution-parameters', container.url), { agent });
      const giveUp = () => {
        resolve(undefined);
        asking.destroy();
      };
      void sleep(PARAMETERS_TIME_LIMIT, timer.signal).then(giveUp, giveUp);
      asking.on('error', giveUp);
      asking.on('upgrade', giveUp);
      asking.on('response', (response) => {
        const read = (body: Pieces) =>
          response.statusCode === 200 ? jsonIn(Buffer.concat(body).toString('utf8')) : undefined;
        collect(response, PARAMETERS_BYTES).then(read).then(resolve, giveUp);
      });
    });
  } finally {
    timer.abort();
  }
}

/** One `POST /invocations`. What answers 200 is given on, unread; anything else is thrown with the container's own words. */
export async function post(
  { agent }: Client,
  containers: readonly InvokedContainer[],
  index: number,
  asked: { readonly headers: Readonly<Record<string, string>>; readonly body: Body; readonly isChunked: boolean },
  { open, fail }: Attempt,
): Promise<IncomingMessage> {
  const { headers, body, isChunked } = asked;
  const isStream = !Array.isArray(body);
  const length = isStream || isChunked ? {} : { 'Content-Length': lengthOf(body as Pieces) };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const posting = request(new URL('/invocations', containers[index]!.url), {
      method: 'POST',
      agent,
      headers: { ...headers, ...length },
    });
    open.add(posting);
    posting.once('close', () => open.delete(posting));
    posting.on('error', (error) => reject(unanswered(containers, index, error, posting.reusedSocket)));
    posting.on('response', resolve);
    // Node makes no response of a 101, nor an error.
    posting.on('upgrade', (response, socket) => {
      socket.destroy();
      reject(badStatus(containers, index, response, []));
    });
    // When what is sent cannot be read, an answer may have begun already: the whole attempt ends.
    send(posting, body).catch((error: unknown) => fail(error instanceof Error ? error : new Error(String(error))));
  });
  if (response.statusCode === 200) return response;
  const words = await collect(response, 20_000).catch(() => []);
  throw badStatus(containers, index, response, words);
}

/** The whole body of a response, or a fault when the connection was cut within it. */
export async function readAnswer(
  containers: readonly InvokedContainer[],
  index: number,
  response: IncomingMessage,
): Promise<Pieces> {
  try {
    return await collect(response);
  } catch (error) {
    throw unanswered(containers, index, error);
  }
}

/** The body of a response as it comes. */
export async function* streamAnswer(
  containers: readonly InvokedContainer[],
  index: number,
  response: IncomingMessage,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const piece of response) yield piece as Buffer;
  } catch (error) {
    throw unanswered(containers, index, error);
  }
}

function collect(response: IncomingMessage, bytesAtMost = Infinity): Promise<Uint8Array[]> {
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let length = 0;
    response.on('data', (piece: Buffer) => {
      if (length < bytesAtMost) pieces.push(piece);
      length += piece.length;
    });
    response.on('end', () => resolve(pieces));
    response.on('error', reject);
    response.on('close', () => reject(new Error('the connection was cut within the answer')));
  });
}

async function send(posting: ClientRequest, body: Body): Promise<void> {
  if (Array.isArray(body)) {
    const pieces = body as Pieces;
    for (const piece of pieces.slice(0, -1)) posting.write(piece);
    posting.end(pieces.at(-1));
    return;
  }
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    if (posting.destroyed) return;
    if (posting.write(piece)) continue;
    await new Promise<void>((resolve) => {
      const go = () => {
        posting.off('drain', go);
        posting.off('close', go);
        resolve();
      };
      posting.on('drain', go);
      posting.on('close', go);
    });
  }
  posting.end();
}

/** Whoever started the run wants it to end. */
export function interruption(): TransformFault {
  return new TransformFault('interrupted', 'the run was interrupted', { ends: true });
}

/** `the container`, or which of a serial model. */
function nameOf(containers: readonly unknown[], index: number): string {
  return containers.length === 1 ? 'the container' : `container ${index + 1} of ${containers.length}`;
}

function tailOf(container: InvokedContainer): string | undefined {
  const lines = container.tail?.() ?? [];
  return lines.length === 0 ? undefined : lines.join('\n');
}

function gone(
  containers: readonly InvokedContainer[],
  index: number,
  { exitCode, signal }: { readonly exitCode: number | null; readonly signal: string | null },
): TransformFault {
  const how = signal === null ? `with exit code ${exitCode}` : `by ${signal}`;
  return new TransformFault('container-ended', `${nameOf(containers, index)} ended ${how} during the job`, {
    detail: tailOf(containers[index]!),
    ends: true,
  });
}

function badStatus(
  containers: readonly InvokedContainer[],
  index: number,
  { statusCode = 0 }: IncomingMessage,
  words: Pieces,
): InvocationFault {
  const said = toWords(words);
  return new InvocationFault('bad-status', `${nameOf(containers, index)} answered ${statusCode}`, {
    detail: said === '' ? `Bad HTTP status received from algorithm: ${statusCode}` : said,
    // A request that is wrong stays so; a server in trouble or under load may recover.
    again: statusCode >= 500 || statusCode === 429 || statusCode === 408,
  });
}

function noAnswerInTime(containers: readonly InvokedContainer[], seconds: number): InvocationFault {
  const who = containers.length === 1 ? 'the container' : 'the containers';
  return new InvocationFault('invocation-timeout', `${who} gave no whole answer within ${seconds} s`, {
    again: true,
    detail: containers.map(tailOf).find((tail) => tail !== undefined),
    fix: 'raise ModelClientConfig.InvocationsTimeoutInSeconds (3600 at most), or send less at a time: MaxPayloadInMB',
  });
}

function unanswered(
  containers: readonly InvokedContainer[],
  index: number,
  error: unknown,
  isReused = false,
): TransformFault {
  if (error instanceof TransformFault) return error;
  const code = codeOf(error) ?? '';
  const why = error instanceof Error ? error.message : String(error);
  const isGarbage = code.startsWith('HPE_');
  return new InvocationFault(
    'no-answer',
    isGarbage
      ? `${nameOf(containers, index)} answered something that is not HTTP: ${why}`
      : `${nameOf(containers, index)} gave no answer: ${why}`,
    {
      again: true,
      isStale: isReused && (code === 'ECONNRESET' || code === 'EPIPE'),
      detail: tailOf(containers[index]!) ?? 'Unable to get response from algorithm',
      // Nobody listens: the next object would not be heard either.
      ends: code === 'ECONNREFUSED',
      cause: error,
    },
  );
}

function afterTries(fault: InvocationFault, tries: number): TransformFault {
  const message = tries === 1 ? fault.message : `${fault.message} (${tries} tries)`;
  return new TransformFault(fault.code, message, {
    detail: fault.detail,
    fix: fault.fix,
    ends: fault.ends,
    cause: fault.cause,
  });
}

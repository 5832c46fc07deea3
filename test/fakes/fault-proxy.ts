/**
 * A proxy that makes faults on purpose, between a client of AWS's and a peer that plays AWS.
 *
 * What it does
 * - It listens on a free loopback port and hands every request to the peer as it is: method, path, query, headers and body,
 *   and the answer back, both as streams. Only `Expect: 100-continue` it answers itself.
 * - A rule names requests and a fault. The first rule that fits a request and is not used up makes its fault; without one
 *   nothing happens to the request. `skip` lets so many fitting requests pass before, `times` says how many meet the fault.
 * - `requests` is everything that came, in order, with the fault it met.
 *
 * The faults
 * - `answer`: the peer never hears of it; the client gets this status, these headers and this body once its own is read.
 * - `cut`: the client's connection ends when so many bytes of its body were read; the peer sees a body that is cut as well.
 * - `lose`: the peer does what was asked, and the connection ends after so many bytes of its answer (none: not even the
 *   status). The client cannot know that it was done, and asks again.
 * - `repeat`: the peer is asked twice, one after the other, as if the network had kept a copy; the client gets the second
 *   answer, or the first one when that is wanted.
 * - `delay`: everything happens, only later, when something else has.
 */
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer, request as ask } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { listenOnFreePort } from '../support/free-port.ts';

/** A request as rules see it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export type Fault =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | { readonly kind: 'cut'; readonly afterBytes: number }
  | { readonly kind: 'lose'; readonly afterBytes?: number }
  | { readonly kind: 'repeat'; readonly give?: 'first' | 'second' }
  | { readonly kind: 'delay'; readonly until: () => Promise<unknown> };

export interface Rule {
  readonly when: (request: Seen) => boolean;
  readonly fault: Fault;
  /** Once unless told. */
  readonly times?: number;
  readonly skip?: number;
}

export interface FaultProxy {
  readonly endpoint: string;
  readonly requests: readonly (Seen & { readonly fault: Fault['kind'] | undefined })[];
  readonly add: (rule: Rule) => void;
  /** Forgets all rules and requests. */
  readonly clear: () => void;
  readonly stop: () => Promise<void>;
}

/** Nothing happens to the request until its client gives it up, or the proxy is stopped. */
export const HOLD: Fault = { kind: 'delay', until: () => new Promise(() => {}) };

/** S3's answers to what it cannot do now. */
export const SLOW_DOWN = errorAnswer(503, 'SlowDown', 'Please reduce your request rate.');
export const INTERNAL_ERROR = errorAnswer(500, 'InternalError', 'We encountered an internal error. Please try again.');

/** An error as S3 writes it. */
export function errorAnswer(status: number, code: string, message: string): Fault {
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>${code}</Code><Message>${message}</Message><RequestId>FAULT00000000001</RequestId></Error>`;
  return { kind: 'answer', status, headers: { 'content-type': 'application/xml' }, body };
}

/** Starts a proxy before a peer; whoever starts it stops it. */
export async function startFaultProxy(peer: string): Promise<FaultProxy> {
  const requests: (Seen & { fault: Fault['kind'] | undefined })[] = [];
  let rules: { rule: Rule; left: number; skip: number }[] = [];
  const sockets = new Set<Socket>();

  const server = createServer((incoming, outgoing) => {
    const seen = seenOf(incoming);
    const fault = faultFor(rules, seen);
    requests.push({ ...seen, fault: fault?.kind });
    // A request that was read to its end no longer knows its socket.
    const { socket } = incoming;
    handle(peer, incoming, outgoing, fault).then(
      (isWhole) => isWhole || socket.destroy(),
      () => socket.destroy(),
    );
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await listenOnFreePort(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    add: (rule) => void rules.push({ rule, left: rule.times ?? 1, skip: rule.skip ?? 0 }),
    clear: () => {
      rules = [];
      requests.length = 0;
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function seenOf({ method = '', url = '', headers }: IncomingMessage): Seen {
  const { pathname, searchParams } = new URL(url, 'http://peer');
  return { method, path: decodeURIComponent(pathname), query: searchParams, headers };
}

function faultFor(rules: { rule: Rule; left: number; skip: number }[], seen: Seen): Fault | undefined {
  for (const one of rules) {
    if (one.left === 0 || !one.rule.when(seen)) continue;
    if (one.skip > 0) {
      one.skip -= 1;
      continue;
    }
    one.left -= 1;
    return one.rule.fault;
  }
  return undefined;
}

/** False when the client's connection is to end. */
async function handle(
  peer: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault | undefined,
): Promise<boolean> {
  switch (fault?.kind) {
    case 'answer':
      incoming.resume();
      await once(incoming, 'end');
      outgoing.writeHead(fault.status, fault.headers);
      outgoing.end(incoming.method === 'HEAD' ? undefined : fault.body);
      return true;
    case 'cut':
      await cut(peer, incoming, fault.afterBytes);
      return false;
    case 'lose': {
      const answer = await pass(peer, incoming, incoming);
      if (fault.afterBytes === undefined) await buffer(answer);
      else await give(answer, outgoing, fault.afterBytes);
      return false;
    }
    case 'repeat': {
      const body = await buffer(incoming);
      const first = await whole(await pass(peer, incoming, body));
      const second = await whole(await pass(peer, incoming, body));
      const { status, headers, content } = fault.give === 'first' ? first : second;
      outgoing.writeHead(status, headers);
      outgoing.end(content);
      return true;
    }
    case 'delay':
      await fault.until();
      break;
    case undefined:
  }
  await give(await pass(peer, incoming, incoming), outgoing);
  return true;
}

/** Asks the peer what the client asked. */
function pass(peer: string, incoming: IncomingMessage, body: IncomingMessage | Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const forward = open(peer, incoming);
    forward.once('response', resolve);
    forward.once('error', reject);
    if (Buffer.isBuffer(body)) forward.end(body);
    else {
      body.pipe(forward);
      body.once('close', () => {
        if (!body.complete) forward.destroy();
      });
    }
  });
}

function open(peer: string, { method, url, headers }: IncomingMessage) {
  const { expect: _, connection: __, ...rest } = headers;
  const { hostname, port } = new URL(peer);
  return ask({ hostname, port, method, path: url, headers: rest, agent: false });
}

async function whole(answer: IncomingMessage) {
  return { status: answer.statusCode ?? 502, headers: answer.headers, content: await buffer(answer) };
}

/** Hands an answer on; with a bound only so many bytes of it. */
async function give(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  bound = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { connection: _, ...headers } = answer.headers;
  outgoing.writeHead(answer.statusCode ?? 502, headers);
  let left = bound;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    const part = piece.subarray(0, left);
    left -= part.length;
    if (!outgoing.write(part)) await roomIn(outgoing);
    if (left === 0) {
      // What was written has to be on its way before the connection is ended.
      await new Promise((resolve) => outgoing.write('', resolve));
      return;
    }
  }
  outgoing.end();
}

function roomIn(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => {
      outgoing.off('drain', goOn).off('close', goOn);
      resolve();
    };
    outgoing.on('drain', goOn).on('close', goOn);
  });
}

function cut(peer: string, incoming: IncomingMessage, afterBytes: number): Promise<void> {
  const forward = open(peer, incoming);
  forward.on('error', () => {});
  return new Promise((resolve) => {
    let left = afterBytes;
    const end = (): void => {
      forward.destroy();
      resolve();
    };
    incoming.on('data', (piece: Buffer) => {
      forward.write(piece.subarray(0, left));
      left = Math.max(0, left - piece.length);
      if (left === 0) end();
    });
    incoming.once('end', end);
    incoming.once('error', end);
  });
}

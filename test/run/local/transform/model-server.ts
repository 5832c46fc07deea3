import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { onTestFinished } from 'vitest';

import { listenOnFreePort } from '../../../support/free-port.ts';

/** One invocation as a model server saw it. */
export interface Invocation {
  readonly body: Buffer;
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly isChunked: boolean;
}

/** What a model answers: a body, or more than that. */
export type Reply =
  | string
  | Uint8Array
  | { readonly status?: number; readonly type?: string; readonly body?: string | Uint8Array };

/** A stand-in for a container: real HTTP, and a function for a model. */
export interface StubModel {
  readonly url: string;
  readonly invocations: readonly Invocation[];
  /** How many connections it was asked over. */
  readonly connections: () => number;
  /** How many invocations it answered at the same time, at most. */
  readonly mostAtOnce: () => number;
}

export interface StubOptions {
  readonly executionParameters?: unknown;
  /** Answers by itself, instead of with what the model replies. */
  readonly handle?: (request: IncomingMessage, response: ServerResponse, call: number) => boolean;
}

/** Starts a model server for the length of a test. */
export async function stubModel(
  reply: (invocation: Invocation, call: number) => Reply | Promise<Reply>,
  { executionParameters, handle }: StubOptions = {},
): Promise<StubModel> {
  const invocations: Invocation[] = [];
  let [connections, now, most, calls] = [0, 0, 0, 0];
  const invoke = async (request: IncomingMessage, response: ServerResponse) => {
    const call = calls++;
    if (handle?.(request, response, call) === true) return;
    now++;
    most = Math.max(most, now);
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { headers } = request;
    const invocation = {
      body: Buffer.concat(pieces),
      contentType: headers['content-type'],
      accept: headers.accept,
      isChunked: headers['transfer-encoding'] === 'chunked',
    };
    invocations.push(invocation);
    const said = await reply(invocation, call);
    now--;
    const {
      status = 200,
      type,
      body = '',
    } = typeof said === 'string' || said instanceof Uint8Array ? { body: said } : said;
    response.writeHead(status, type === undefined ? {} : { 'Content-Type': type });
    response.end(body);
  };
  const server = createServer((request, response) => {
    if (request.url === '/invocations' && request.method === 'POST') {
      // A connection that is cut is what some tests are about.
      invoke(request, response).catch(() => response.destroy());
    } else if (request.url === '/execution-parameters' && executionParameters !== undefined) {
      response.end(JSON.stringify(executionParameters));
    } else response.writeHead(404).end();
  });
  server.on('connection', () => void connections++);
  const port = await listenOnFreePort(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${port}`,
    invocations,
    connections: () => connections,
    mostAtOnce: () => most,
  };
}

/** A model that answers what it is asked. */
export const echo = ({ body }: Invocation): Reply => body;

import { type IncomingMessage, type ServerResponse, createServer, request as forward } from 'node:http';

import { listenOnFreePort } from '../support/free-port.ts';

/** What a request or an answer of AWS's JSON 1.1 protocol holds. */
export type Body = Readonly<Record<string, unknown>>;
export type Answer = Readonly<Record<string, unknown>>;

/** An error as AWS words it. */
export class Refusal extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/** One request that came in, in the order in which they did. */
export interface Call {
  readonly operation: string;
  readonly input: Body;
}

export interface JsonService {
  readonly endpoint: string;
  readonly calls: readonly Call[];
  readonly stop: () => Promise<void>;
}

/** Answers an operation, or hands it on with undefined. */
export type Handler = (input: Body, request: IncomingMessage) => Answer | undefined | Promise<Answer | undefined>;

/**
 * A server on loopback that speaks AWS's JSON 1.1 protocol: `X-Amz-Target` names the operation, errors are a status with
 * `__type` and `message`, times are seconds since 1970. Requests without a handler go on to the upstream as they came;
 * without one they are refused with UnknownOperationException.
 */
export async function startJsonService(
  handlers: Readonly<Record<string, Handler>>,
  upstream: string | undefined,
): Promise<JsonService> {
  const calls: Call[] = [];
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const operation = operationOf(request, body);
    const isJson = request.headers['x-amz-target'] !== undefined;
    const input = isJson ? (JSON.parse(body.toString('utf8') || '{}') as Body) : {};
    if (operation !== undefined) calls.push({ operation, input });
    try {
      const answer = operation === undefined ? undefined : await handlers[operation]?.(input, request);
      if (answer === undefined) return passOn(upstream, request, body, response);
      if (!isJson) return void response.writeHead(200, { 'content-type': 'text/xml' }).end(answer['xml']);
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      response
        .writeHead(error.status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': error.type })
        .end(JSON.stringify({ __type: error.type, message: error.message }));
    }
  };
  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      // A fault of the fake itself must not look like one of AWS's.
      response.writeHead(599).end(error instanceof Error ? error.stack : String(error));
    });
  });
  const port = await listenOnFreePort(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function operationOf(request: IncomingMessage, body: Buffer): string | undefined {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return target;
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true) return undefined;
  return new URLSearchParams(body.toString('utf8')).get('Action') ?? undefined;
}

function passOn(upstream: string | undefined, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  if (upstream === undefined) {
    throw new Refusal('UnknownOperationException', `${request.method} ${request.url} is not part of this fake`);
  }
  const { method, headers, url } = request;
  const onward = forward(new URL(url ?? '/', upstream), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  onward.once('error', () => request.socket.destroy());
  onward.end(body);
}

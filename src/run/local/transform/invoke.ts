import type { IncomingMessage } from 'node:http';

import {
  type Attempt,
  type Body,
  type Client,
  type InvokedContainer,
  post,
  readAnswer,
  streamAnswer,
} from './client.ts';
import type { Pieces } from './pieces.ts';

/** A model: its containers in their order, and the types that go in and come out. */
export interface Model {
  readonly containers: readonly InvokedContainer[];
  readonly contentType?: string | undefined;
  readonly accept?: string | undefined;
  /** `MaxPayloadInMB` 0: requests go in HTTP chunks. */
  readonly isChunked: boolean;
}

/** What each container of a serial model answers to the next when nobody tells it. */
const BETWEEN = 'application/json';

/** Sends one request through all containers of a model and gives the last one's answer, whole. */
export function invoke(client: Client, model: Model, body: Pieces): Promise<Pieces> {
  const last = model.containers.length - 1;
  return client.attempt(async (attempt) => {
    let passed = body;
    let type = model.contentType;
    for (const index of model.containers.keys()) {
      const response = await ask(client, model, index, { type, body: passed }, attempt);
      passed = await readAnswer(model.containers, index, response);
      type = response.headers['content-type'] ?? (index < last ? acceptOf(model, index) : undefined);
    }
    return passed;
  });
}

/**
 * The same with bodies of any length: each container reads while the one before it writes. `use` gets the last one's answer
 * and must begin anew at every call.
 */
export function invokeStreaming<T>(
  client: Client,
  model: Model,
  body: () => AsyncIterable<Uint8Array>,
  use: (answer: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  return client.attempt(async (attempt) => {
    let passed = body();
    let type = model.contentType;
    for (const index of model.containers.keys()) {
      const response = await ask(client, model, index, { type, body: passed }, attempt);
      passed = streamAnswer(model.containers, index, response);
      type = response.headers['content-type'] ?? acceptOf(model, index);
    }
    return use(passed);
  });
}

/**
 * `ContentType` reaches the first container and `Accept` the last; between them an answer's type is the next request's.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/inference-pipelines.html
 */
function ask(
  client: Client,
  model: Model,
  index: number,
  asked: { readonly type: string | undefined; readonly body: Body },
  attempt: Attempt,
): Promise<IncomingMessage> {
  const accept = acceptOf(model, index);
  const headers = {
    ...(asked.type === undefined ? {} : { 'Content-Type': asked.type }),
    ...(accept === undefined ? {} : { Accept: accept }),
  };
  return post(
    client,
    model.containers,
    index,
    { headers, body: asked.body, isChunked: model.isChunked && index === 0 },
    attempt,
  );
}

function acceptOf({ containers, accept }: Model, index: number): string | undefined {
  if (index === containers.length - 1) return accept;
  return containers[index]!.environment['SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT'] ?? BETWEEN;
}

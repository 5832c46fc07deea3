import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PipelineError } from '../../../definition/error.ts';
import type { ContainerEnd, Listener, ModelContainer, ModelServer } from './container.ts';
import { type ContainedProcess, READY_DESCRIPTOR, startContained } from './contained.ts';
import type { StandIn } from './images.ts';
import { containerEnvironment } from './job-environment.ts';
import { layEnvironment } from './layers.ts';
import { readLines } from './lines.ts';
import type { Workshop } from './workshop.ts';
import { withRequirements } from './requirements.ts';
import { rewritePaths, rewriteFolder } from './rewrite.ts';
import { makeScratch, removeScratch } from './scratch.ts';
import { fetchSource } from './source.ts';

const HOST = fileURLToPath(new URL('./python/serve.py', import.meta.url));

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

/** Starts a model's server as a process and waits until it answers; it ends with this process. */
export async function serveModel(
  workshop: Workshop,
  standIn: StandIn,
  model: ModelContainer,
  listen: Listener,
  signal: AbortSignal,
): Promise<ModelServer> {
  const scratch = makeScratch(workshop.settings);
  try {
    return await start(workshop, standIn, model, listen, signal, scratch);
  } catch (error) {
    removeScratch(scratch);
    throw error;
  }
}

async function start(
  workshop: Workshop,
  standIn: StandIn,
  model: ModelContainer,
  listen: Listener,
  signal: AbortSignal,
  scratch: string,
): Promise<ModelServer> {
  const probed = await workshop.namespace();
  const namespace = typeof probed === 'string' ? undefined : probed;
  const base = join(scratch, 'opt/ml');
  const place = namespace === undefined ? base : '/opt/ml';
  mkdirSync(join(base, 'model'), { recursive: true });
  const submitted = await layOutCode(workshop, model, base, place, scratch);
  if (namespace === undefined) await layOutModel(workshop, model.folder, base, place, scratch);

  const environment = await workshop.environmentOf(standIn);
  const file = [join(base, 'code'), join(model.folder, 'code')]
    .map((folder) => join(folder, 'requirements.txt'))
    .find(existsSync);
  const complete = await withRequirements(workshop, environment, file, scratch);
  if (typeof complete === 'string') throw notStarted(model, complete.split('\n'));
  const layer = layEnvironment(join(scratch, 'python'), complete);

  const port = standIn.command === undefined ? undefined : await freePort();
  const variables = {
    ...containerEnvironment(workshop.settings.env, layer, { ...model.environment, ...submitted }),
    ...(namespace === undefined ? { SAGEMAKER_BASE_DIR: base } : {}),
    ...(port === undefined
      ? {
          SAGEMAKER_PIPELINES_MODEL_FAMILY: standIn.family ?? '',
          SAGEMAKER_PIPELINES_READY_FD: String(READY_DESCRIPTOR),
        }
      : { SAGEMAKER_BIND_TO_PORT: String(port) }),
  };
  const words = standIn.command?.map((word) => word.replaceAll('{port}', String(port))) ?? [
    join(layer.folder, 'bin/python'),
    HOST,
  ];
  const moved = (text: string): string => (namespace === undefined ? rewritePaths(text, place) : text);
  const tail: string[] = [];
  const started = startContained(
    workshop.supervisor,
    {
      command: words.map(moved),
      cwd: scratch,
      environment: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, moved(value)])) as Record<
        string,
        string
      >,
      ...(namespace === undefined
        ? {}
        : { mount: { folder: base, binds: { '/opt/ml/model': model.folder }, namespace } }),
    },
    (stream, line) => {
      tail.push(line);
      if (tail.length > TAIL) tail.shift();
      listen(stream, line);
    },
  );
  return await untilReady({
    started,
    model,
    port,
    tail,
    scratch,
    signal,
    grace: workshop.grace,
    limit: workshop.settings.startLimit ?? START_LIMIT,
  });
}

interface Starting {
  readonly started: ContainedProcess;
  readonly model: ModelContainer;
  readonly port: number | undefined;
  readonly tail: readonly string[];
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly grace: number;
  readonly limit: number;
}

async function untilReady({
  started,
  model,
  port,
  tail,
  scratch,
  signal,
  grace,
  limit,
}: Starting): Promise<ModelServer> {
  const ended = started.ended
    .then((end): ContainerEnd => ({ ...end, timedOut: false }))
    .finally(() => removeScratch(scratch));
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
    const found = port === undefined ? announced(started) : Promise.resolve(`http://127.0.0.1:${port}`);
    const ready = found.then((url) => answering(url, given.signal));
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

/** The server of ours says where it listens. */
function announced({ announcements }: ContainedProcess): Promise<string> {
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

/** Code that the image would fetch from S3 when it starts. */
async function layOutCode(
  workshop: Workshop,
  model: ModelContainer,
  base: string,
  place: string,
  scratch: string,
): Promise<Readonly<Record<string, string>>> {
  const uri = model.environment['SAGEMAKER_SUBMIT_DIRECTORY'];
  if (uri?.startsWith('s3://') !== true) return {};
  const fault = await fetchSource(workshop, uri, base, join(base, 'code'), scratch);
  if (fault !== undefined) throw notStarted(model, [fault]);
  if (place !== '/opt/ml')
    await rewriteFolder(workshop.supervisor, join(base, 'code'), place, join(scratch, 'kept-code'));
  return { SAGEMAKER_SUBMIT_DIRECTORY: '/opt/ml/code' };
}

/** The model where it cannot be mounted: its files by links, its code as a copy whose paths may be changed. */
async function layOutModel(
  workshop: Workshop,
  folder: string,
  base: string,
  place: string,
  scratch: string,
): Promise<void> {
  for (const name of readdirSync(folder)) {
    if (name === 'code') cpSync(join(folder, name), join(base, 'model/code'), { recursive: true });
    else symlinkSync(join(folder, name), join(base, 'model', name));
  }
  await rewriteFolder(workshop.supervisor, join(base, 'model/code'), place, join(scratch, 'kept-model'));
}

function notStarted(
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

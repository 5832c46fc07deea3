import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PipelineError } from '../../../definition/error.ts';
import type { Listener, ModelContainer, ModelServer } from './container.ts';
import { READY_DESCRIPTOR } from './contained.ts';
import type { StandIn } from './images.ts';
import { containerEnvironment } from './job-environment.ts';
import { layEnvironment } from './layers.ts';
import { announced, notStarted, startServer } from './ready-server.ts';
import { type Workshop, workshopIn } from './workshop.ts';
import { withRequirements } from './requirements.ts';
import { rewritePaths, rewriteFolder } from './rewrite.ts';
import { makeScratch, removeScratch } from './scratch.ts';
import { fetchSource } from './source.ts';

const HOST = fileURLToPath(new URL('./python/serve.py', import.meta.url));

/** Starts a model's server as a process and waits until it answers; it ends with this process. */
export async function serveModel(
  workshop: Workshop,
  standIn: StandIn,
  model: ModelContainer,
  listen: Listener,
  signal: AbortSignal,
): Promise<ModelServer> {
  for (let attempt = 1; ; attempt++) {
    const scratch = makeScratch(workshop.settings);
    const port = standIn.command === undefined ? undefined : await freePort();
    try {
      return await start(workshop, standIn, model, listen, signal, { scratch, port });
    } catch (error) {
      removeScratch(scratch);
      // Between our look at it and the server's start anybody may take a port.
      if (signal.aborted || port === undefined || (await isFree(port))) throw error;
      if (attempt === ATTEMPTS) throw portTaken(port, error);
    }
  }
}

const ATTEMPTS = 3;

function portTaken(port: number, cause: unknown): PipelineError {
  return new PipelineError('failed', 'port-taken', `The port ${port} was taken by another program`, {
    detail: `so were ${ATTEMPTS - 1} others, each before the model server could have it`,
    fix: 'end the program that takes ports on 127.0.0.1, and run again',
    cause,
  });
}

async function start(
  shared: Workshop,
  standIn: StandIn,
  model: ModelContainer,
  listen: Listener,
  signal: AbortSignal,
  { scratch, port }: { readonly scratch: string; readonly port: number | undefined },
): Promise<ModelServer> {
  const probed = await shared.namespace();
  const namespace = typeof probed === 'string' ? undefined : probed;
  const base = join(scratch, 'opt/ml');
  const place = namespace === undefined ? base : '/opt/ml';
  mkdirSync(join(base, 'model'), { recursive: true });
  const environment = await shared.environmentOf(standIn, [model.image], model.step);
  const workshop = workshopIn(shared, environment);
  const submitted = await layOutCode(workshop, model, base, place, scratch);
  if (namespace === undefined) await layOutModel(workshop, model.folder, base, place, scratch);

  const file = [join(base, 'code'), join(model.folder, 'code')]
    .map((folder) => join(folder, 'requirements.txt'))
    .find(existsSync);
  const complete = await withRequirements(workshop, environment, file, scratch, model.step);
  if (typeof complete === 'string') throw notStarted(model, complete.split('\n'));
  const layer = layEnvironment(join(scratch, 'python'), complete);

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
  const mount =
    namespace === undefined ? {} : { mount: { folder: base, binds: { '/opt/ml/model': model.folder }, namespace } };
  const moves = Object.entries(variables).map(([name, value]) => [name, moved(value)]);
  const environmentOfServer = Object.fromEntries(moves) as Record<string, string>;
  return startServer({
    supervisor: workshop.supervisor,
    contained: { command: words.map(moved), cwd: scratch, environment: environmentOfServer, ...mount },
    model,
    listen,
    signal,
    grace: workshop.grace,
    limit: workshop.settings.startLimit,
    find: (started) => (port === undefined ? announced(started) : Promise.resolve(`http://127.0.0.1:${port}`)),
    tidy: () => removeScratch(scratch),
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

function freePort(): Promise<number> {
  return listenOn(0);
}

async function isFree(port: number): Promise<boolean> {
  return await listenOn(port).then(
    () => true,
    () => false,
  );
}

/** Listens for a moment, and says where. */
function listenOn(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

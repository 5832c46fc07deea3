import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../../../definition/diagnostic.ts';
import { PipelineError } from '../../../definition/error.ts';
import type { ContainerEnd, ContainerJob, Containers, Listener, ModelContainer, ModelServer } from './container.ts';
import { type Contained, type Supervisor, startContained } from './contained.ts';
import { GRACE, endOf, wordsIn } from './job.ts';
import { notStarted, startServer } from './ready-server.ts';
import { makeScratch, removeScratch } from './scratch.ts';
import { fetchSource } from './source.ts';

/** What Docker needs to run SageMaker's own images. */
export interface DockerSettings {
  /** This machine's own environment: where `docker` is, and which engine it speaks to. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Whose files a job's outputs become; containers write as root. */
  readonly owner?: { readonly user: number; readonly group: number };
  readonly temporary: string;
  readonly unique: (digits: number) => string;
  readonly fetchObject: (s3Uri: string, file: string) => Promise<void>;
  readonly grace?: number;
  readonly startLimit?: number;
}

/** `docker run` ends with this when it is the engine that refuses. https://docs.docker.com/engine/containers/run/#exit-status */
const ENGINE_REFUSED = 125;

/** SageMaker's containers as containers of this machine's Docker. */
export function dockerContainers(settings: DockerSettings): Containers {
  const supervisor: Supervisor = { python: 'python3', env: settings.env };
  return {
    inspect: () => inspectEngine(supervisor),
    identify: async (image) => {
      const asked = ['docker', 'image', 'inspect', '--format', '{{.Id}}', image];
      const { exitCode, lines } = await call(supervisor, asked);
      return exitCode === 0 ? (lines.at(-1) ?? null) : null;
    },
    run: (job, listen, signal) => runInDocker(settings, supervisor, job, listen, signal),
    serve: (model, listen, signal) => serveInDocker(settings, supervisor, model, listen, signal),
  };
}

async function inspectEngine(supervisor: Supervisor): Promise<readonly Diagnostic[]> {
  const { exitCode, lines } = await call(supervisor, ['docker', 'version', '--format', '{{.Server.Version}}']);
  if (exitCode === 0) return [];
  throw new PipelineError('machine', 'docker-missing', 'No Docker engine answers on this machine', {
    detail: lines.at(-1),
    fix: 'start Docker, or run without --runtime docker',
  });
}

async function runInDocker(
  settings: DockerSettings,
  supervisor: Supervisor,
  job: ContainerJob,
  listen: Listener,
  signal: AbortSignal,
): Promise<ContainerEnd> {
  const name = `sagemaker-${settings.unique(12)}`;
  const command = jobCommand(settings, name, job);
  const last: string[] = [];
  const started = startContained(supervisor, contained(settings, name, command, job.environment), (stream, line) => {
    last.push(line);
    if (last.length > 20) last.shift();
    listen(stream, line);
  });
  const { end, timedOut } = await endOf(started, settings.grace ?? GRACE, job.secondsAtMost, signal);
  if (end.exitCode === ENGINE_REFUSED) throw refused(job.image, last);
  await takeOver(settings, supervisor, job);
  return { ...end, timedOut, ...wordsIn(job.folder) };
}

/** The command that runs a job in its image. */
export function jobCommand(settings: DockerSettings, name: string, job: ContainerJob): readonly string[] {
  const [program, ...words] = job.entrypoint ?? [];
  // https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-dockerfile.html
  const rest =
    job.entrypoint === undefined && job.kind === 'training' ? ['train'] : [...words, ...(job.arguments ?? [])];
  // A job speaks to the store on this machine's loopback, which only Linux can share with it.
  const network = settings.platform === 'linux' ? ['--network', 'host'] : [];
  return [
    ...start(name),
    ...network,
    ...mounted(job.folder, '/opt/ml'),
    ...variables(settings, job.environment),
    ...(program === undefined ? [] : ['--entrypoint', program]),
    job.image,
    ...rest,
  ];
}

async function serveInDocker(
  settings: DockerSettings,
  supervisor: Supervisor,
  model: ModelContainer,
  listen: Listener,
  signal: AbortSignal,
): Promise<ModelServer> {
  const scratch = makeScratch(settings);
  try {
    const code = join(scratch, 'code');
    const uri = model.environment['SAGEMAKER_SUBMIT_DIRECTORY'];
    const isFetched = uri?.startsWith('s3://') === true;
    mkdirSync(code);
    // Without an account the image cannot fetch its code itself.
    const fault = isFetched ? await fetchSource({ settings, supervisor }, uri, scratch, code, scratch) : undefined;
    if (fault !== undefined) throw notStarted(model, [fault]);
    const environment = isFetched
      ? { ...model.environment, SAGEMAKER_SUBMIT_DIRECTORY: '/opt/ml/code' }
      : model.environment;
    const name = `sagemaker-${settings.unique(12)}`;
    const command = serveCommand(settings, name, { ...model, environment }, isFetched ? code : undefined);
    return await startServer({
      supervisor,
      contained: contained(settings, name, command, environment),
      model,
      listen,
      signal,
      grace: settings.grace ?? GRACE,
      limit: settings.startLimit,
      find: (_, given) => publishedPort(supervisor, name, given),
      tidy: () => removeScratch(scratch),
    });
  } catch (error) {
    removeScratch(scratch);
    throw error;
  }
}

/** The command that serves a model in its image, on a port of loopback that Docker chooses. */
export function serveCommand(
  settings: DockerSettings,
  name: string,
  model: ModelContainer,
  code: string | undefined,
): readonly string[] {
  return [
    ...start(name),
    '--publish',
    '127.0.0.1::8080',
    ...mounted(model.folder, '/opt/ml/model'),
    ...(code === undefined ? [] : mounted(code, '/opt/ml/code')),
    ...variables(settings, model.environment),
    model.image,
    'serve',
  ];
}

/** The engine knows the port a moment after the client has started. */
async function publishedPort(supervisor: Supervisor, name: string, given: AbortSignal): Promise<string> {
  while (!given.aborted) {
    const { lines } = await call(supervisor, ['docker', 'port', name, '8080/tcp']);
    const port = lines.map((line) => /^127\.0\.0\.1:(\d+)$/.exec(line.trim())?.[1]).find((each) => each !== undefined);
    if (port !== undefined) return `http://127.0.0.1:${port}`;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('nobody waits any more');
}

function start(name: string): readonly string[] {
  return ['docker', 'run', '--rm', '--init', '--name', name, '--label', 'sagemaker-pipelines'];
}

function mounted(source: string, target: string): readonly string[] {
  // The option is a line of CSV: a folder may have commas and quotes in its name.
  const field = `source=${source}`;
  return ['--mount', `type=bind,${/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field},target=${target}`];
}

/** These mean something to `docker` itself. */
const OF_THE_CLIENT = /^(?:PATH|HOME|DOCKER_.*|LD_.*|(?:https?|no|all)_proxy)$/i;

/** By name, with the value in the client's own environment: a list of processes shows no secrets. */
function variables(settings: DockerSettings, environment: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(complete(settings, environment)).flatMap(([name, value]) => [
    '--env',
    OF_THE_CLIENT.test(name) ? `${name}=${value}` : name,
  ]);
}

function complete({ platform }: DockerSettings, environment: Readonly<Record<string, string>>): Record<string, string> {
  const s3 = environment['AWS_ENDPOINT_URL_S3'];
  // The training toolkit knows S3's endpoint by this name alone.
  const named = s3 === undefined ? environment : { S3_ENDPOINT_URL: s3, ...environment };
  if (platform === 'linux') return { ...named };
  const moved = Object.entries(named).map(([name, value]) => [
    name,
    value.replaceAll(/(?<=:\/\/)(?:127\.0\.0\.1|localhost)(?=[:/]|$)/g, 'host.docker.internal'),
  ]);
  return Object.fromEntries(moved) as Record<string, string>;
}

function contained(
  settings: DockerSettings,
  name: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Contained {
  const given = Object.entries(complete(settings, environment)).filter(([key]) => !OF_THE_CLIENT.test(key));
  return {
    command,
    cwd: '/',
    environment: { ...ownEnvironment(settings), ...(Object.fromEntries(given) as Record<string, string>) },
    // The engine does not end a container with the client that started it.
    afterwards: ['docker', 'rm', '--force', name],
  };
}

/** Gives the outputs to whoever runs this: containers write as root. */
async function takeOver(
  { owner }: DockerSettings,
  supervisor: Supervisor,
  { folder, image }: ContainerJob,
): Promise<void> {
  if (owner === undefined || owner.user === 0) return;
  const words = ['-R', `${owner.user}:${owner.group}`, '/opt/ml'];
  await call(supervisor, [
    'docker',
    'run',
    '--rm',
    ...mounted(folder, '/opt/ml'),
    '--entrypoint',
    'chown',
    image,
    ...words,
  ]);
}

async function call(
  supervisor: Supervisor,
  command: readonly string[],
): Promise<{ exitCode: number | null; lines: string[] }> {
  const lines: string[] = [];
  const contained = { command, cwd: '/', environment: ownEnvironment(supervisor) };
  const { ended } = startContained(supervisor, contained, (_, line) => lines.push(line));
  return { exitCode: (await ended).exitCode, lines };
}

/** This machine's environment, for the client of the engine. */
function ownEnvironment({ env }: Pick<Supervisor, 'env'>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)) as Record<string, string>;
}

function refused(image: string, last: readonly string[]): PipelineError {
  // The client ends with an empty line and where to read about its flags, which the user has not chosen.
  const said = last.filter((line) => line.trim() !== '' && !/^(?:See|Run) 'docker run --help'/.test(line));
  return new PipelineError('machine', 'docker-refused', `Docker did not run the image ${image}`, {
    detail: said.slice(-3).join('\n  '),
    fix: 'for an image in ECR, log in first: aws ecr get-login-password | docker login --username AWS --password-stdin REGISTRY',
  });
}

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContainerEnd, ContainerJob, Listener } from './container.ts';
import type { StandIn } from './images.ts';
import { type JobCommand, runJob } from './job.ts';
import { containerEnvironment } from './job-environment.ts';
import { layEnvironment } from './layers.ts';
import { type Workshop, workshopIn } from './workshop.ts';
import { pythonRunner } from './pip.ts';
import { withRequirements } from './requirements.ts';
import { rewritePaths, withRewritten } from './rewrite.ts';
import { rootOf, shortRoot, withScratch } from './scratch.ts';
import { fetchSource } from './source.ts';

const TRAIN = fileURLToPath(new URL('./python/train.py', import.meta.url));

const TRAIN_XGBOOST = fileURLToPath(new URL('./python/train_xgboost.py', import.meta.url));

/** How a job ends that could not even be started, in words that its log keeps. */
const NOT_STARTED: ContainerEnd = { exitCode: 1, signal: null, timedOut: false };

/** Runs a job in a process: its own layer of the environment, its folder as `/opt/ml`, SageMaker's contract around it. */
export async function runProcessJob(
  shared: Workshop,
  standIn: StandIn,
  job: ContainerJob,
  listen: Listener,
  signal: AbortSignal,
): Promise<ContainerEnd> {
  const probed = await shared.namespace();
  const namespace = typeof probed === 'string' ? undefined : probed;
  const environment = await shared.environmentOf(standIn, [job.image], job.step);
  const workshop = workshopIn(shared, environment);
  return withScratch(workshop.settings, async (scratch) => {
    const fail = (why: string): ContainerEnd => {
      for (const line of why.split('\n')) listen('stderr', line);
      return { ...NOT_STARTED, failure: why };
    };
    if (job.kind === 'training') {
      const fault = await layOutTraining(workshop, job, scratch);
      if (fault !== undefined) return fail(fault);
    }
    const required = await requirementsOf(job, scratch, workshop);
    const found = await withRequirements(workshop, environment, required, scratch, job.step);
    if (typeof found === 'string' && job.kind === 'training') return fail(found);
    // A processing job installs its requirements itself, and fails in its own words when it cannot.
    const layer = layEnvironment(join(scratch, 'python'), typeof found === 'string' ? environment : found);
    const variables = containerEnvironment(workshop.settings.env, layer, job.environment);
    const workplace = { supervisor: workshop.supervisor, namespace, grace: workshop.grace };
    if (namespace !== undefined) {
      const command = commandOf(standIn, job, '/opt/ml', layer.folder, rootOf(job.folder, scratch), variables);
      return runJob(workplace, job, command, listen, signal);
    }
    const root = shortRoot(job.folder, scratch);
    const place = join(root, 'opt/ml');
    return withRewritten(workshop.supervisor, job.folder, place, scratch, () => {
      const command = commandOf(standIn, job, place, layer.folder, root, variables);
      return runJob(workplace, job, moved(command, place), listen, signal);
    });
  });
}

function commandOf(
  standIn: StandIn,
  job: ContainerJob,
  base: string,
  layer: string,
  root: string,
  environment: Readonly<Record<string, string>>,
): JobCommand {
  const python = join(layer, 'bin/python');
  const entrypoint = job.entrypoint ?? standIn.command;
  if (entrypoint !== undefined) {
    const [program = '', ...words] = [...entrypoint, ...(job.arguments ?? [])];
    return { command: [isImagePython(program) ? python : program, ...words], cwd: root, environment };
  }
  const module = standIn.family === undefined ? {} : { SAGEMAKER_TRAINING_MODULE: TRAINING_MODULES[standIn.family] };
  const training = { ...module, ...environment };
  const program = standIn.family === 'xgboost' && !isScriptMode(job) ? TRAIN_XGBOOST : TRAIN;
  return { command: [python, program, base], cwd: join(job.folder, 'code'), environment: training };
}

/** Without a program of the author's, XGBoost's image is an algorithm of SageMaker's. */
function isScriptMode({ folder, environment }: ContainerJob): boolean {
  const file = join(folder, 'input/config/hyperparameters.json');
  const given = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, string>>;
  return given['sagemaker_program'] !== undefined || environment['SAGEMAKER_PROGRAM'] !== undefined;
}

/** The images' own. Scripts find it as SM_FRAMEWORK_MODULE. */
const TRAINING_MODULES = {
  'scikit-learn': 'sagemaker_sklearn_container.training:main',
  pytorch: 'sagemaker_pytorch_container.training:main',
  xgboost: 'sagemaker_xgboost_container.training:main',
  huggingface: 'sagemaker_pytorch_container.training:main',
} as const;

/** Where the images keep their Python; on this machine another one may lie there, without the image's packages. */
function isImagePython(program: string): boolean {
  return /^\/(?:usr\/bin|usr\/local\/bin|miniconda3\/bin|opt\/conda\/bin)\/python(?:3(?:\.\d+)?)?$/.test(program);
}

function moved({ command, cwd, environment }: JobCommand, place: string): JobCommand {
  const variables = Object.entries(environment).map(([name, value]) => [name, rewritePaths(value, place)]);
  return {
    command: command.map((word) => rewritePaths(word, place)),
    cwd,
    environment: { ...(Object.fromEntries(variables) as Record<string, string>), SAGEMAKER_BASE_DIR: place },
  };
}

/** What every training container finds, where the one who asked has not laid it out, and the code that it runs. */
async function layOutTraining(workshop: Workshop, job: ContainerJob, scratch: string): Promise<string | undefined> {
  const { folder } = job;
  for (const name of ['model', 'output/data', 'input/config', 'input/data', 'code']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  const defaults = {
    'hyperparameters.json': job.hyperparameters ?? {},
    'inputdataconfig.json': {},
    'resourceconfig.json': { current_host: 'algo-1', hosts: ['algo-1'], network_interface_name: 'lo' },
  };
  for (const [name, value] of Object.entries(defaults)) {
    const file = join(folder, 'input/config', name);
    if (!existsSync(file)) writeFileSync(file, JSON.stringify(value));
  }
  if (job.entrypoint !== undefined) return undefined;
  const text = readFileSync(join(folder, 'input/config/hyperparameters.json'), 'utf8');
  const given = (JSON.parse(text) as Readonly<Record<string, string>>)['sagemaker_submit_directory'];
  // The toolkit unpacks into an empty folder alone: what lies there already is the code.
  if (given === undefined || readdirSync(join(folder, 'code')).length > 0) return undefined;
  return fetchSource(workshop, decode(given), folder, join(folder, 'code'), scratch);
}

function decode(text: string): string {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}

/** Where a job has a `requirements.txt` that it will install: in its code, or in the archive that it unpacks first. */
async function requirementsOf(job: ContainerJob, scratch: string, workshop: Workshop): Promise<string | undefined> {
  if (job.kind === 'training') {
    const code = join(job.folder, 'code');
    const file = join(code, 'requirements.txt');
    // A package installs its requirements together with itself.
    const isRead = job.entrypoint === undefined && !existsSync(join(code, 'setup.py'));
    return isRead && existsSync(file) ? file : undefined;
  }
  const code = join(job.folder, 'processing/input/code');
  const plain = join(code, 'requirements.txt');
  if (existsSync(plain)) return plain;
  const archive = join(code, 'sourcedir.tar.gz');
  if (!existsSync(archive)) return undefined;
  const file = join(scratch, 'requirements.txt');
  const run = pythonRunner(workshop.supervisor, workshop.supervisor.python, scratch);
  await run(['-I', '-c', TAKE_REQUIREMENTS, archive, file]);
  return existsSync(file) ? file : undefined;
}

const TAKE_REQUIREMENTS = `import sys, tarfile
with tarfile.open(sys.argv[1]) as tar:
    for member in tar:
        if member.isfile() and member.name in ("requirements.txt", "./requirements.txt") and member.size < 1 << 20:
            open(sys.argv[2], "wb").write(tar.extractfile(member).read())`;

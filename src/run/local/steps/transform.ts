import { join } from 'node:path';
import type { Json, JsonObject } from '../../../definition/document.ts';
import { PipelineError } from '../../../definition/error.ts';
import { isExpression, isObject } from '../../../definition/expression.ts';
import { parseReference } from '../../../definition/reference.ts';
import { didYouMean } from '../../../definition/suggest.ts';
import { below } from '../../../s3/uri.ts';
import type { ModelContainer, ModelServer } from '../containers/container.ts';
import { isKnown } from '../expressions/fold.ts';
import { readManifest } from '../manifest.ts';
import { NOBODY, findModel, listGroups, listModels } from '../registry.ts';
import { removeFolder } from '../run-folder.ts';
import { formatPlace, readPlace } from '../store/place.ts';
import { needObject, putFile, writeObject } from '../store/store.ts';
import { listObjects } from '../store/listing.ts';
import { captureManifests } from '../transform/capture.ts';
import { readFile, writeFile } from '../transform/files.ts';
import { type ObjectPlace, commonFolder, folderOf, objectsOfManifest, objectsOfPrefix } from '../transform/objects.ts';
import { parametersLine, transformEnvironment } from '../transform/parameters.ts';
import { type TransformPlan, readPlan } from '../transform/plan.ts';
import { type TransformObject, type TransformResult, transform as runTransform } from '../transform/transform.ts';
import { serviceEnvironment } from './job.ts';
import { reportIgnored } from './layout.ts';
import { layModel } from './lay-model.ts';
import { containersIn } from './model.ts';
import { at, textAt, textMapAt } from './read.ts';
import type { PlannedStep, StepKind, StepResult, StepWork } from './step.ts';

const IGNORED = {
  ExperimentConfig: 'no experiment is tracked',
  Tags: 'there is nothing to tag',
};

/** A Transform step: objects go through a model's containers, each becomes an object with what they answer. */
export const transform: StepKind = {
  inspect: (planned) => {
    const given = withStandIns(planned.given);
    if (isKnown(given)) {
      for (const { message, path, fix } of readPlan(given as JsonObject).problems) {
        planned.report('error', 'transform-argument', `${planned.step.Name}: ${message}`, {
          below: `Arguments.${path}`,
          fix,
        });
      }
    }
    inspectModel(planned);
    reportIgnored(planned.given, IGNORED, planned);
  },
  reads: ({ given }) => {
    const uri = textAt(given, 'TransformInput', 'DataSource', 'S3DataSource', 'S3Uri');
    return uri === undefined ? [] : [{ uri, below: 'Arguments.TransformInput.DataSource.S3DataSource.S3Uri' }];
  },
  containers: (planned) => {
    const model = plannedModel(planned);
    return containersIn(model).flatMap((container): ModelContainer[] => {
      const image = textAt(container, 'Image');
      return image === undefined ? [] : [{ image, folder: '/', environment: textMapAt(container, 'Environment') }];
    });
  },
  run: async (work) => {
    const began = work.now();
    const plan = planOf(work);
    const objects = await objectsFor(plan, work);
    const containers = await layModels(work, plan);
    const servers: ModelServer[] = [];
    try {
      for (const container of containers) {
        const ofStep = { ...container, step: work.step.Name };
        servers.push(await work.containers.serve(ofStep, work.listen, work.signal));
      }
      const files = new Map<string, string>();
      const result = await invoke(work, plan, objects, { containers, servers, files });
      await putOutputs(work, plan, files);
      refuseFailures(result);
      await capture(work, plan, objects, result, began);
      return describe(work, plan, began.toISOString(), result);
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
      removeFolder(join(work.folder, 'models'));
      removeFolder(join(work.folder, 'out'));
    }
  },
};

/** What is known only later stands for something of the right kind, so that the rest can be read. */
function withStandIns(given: JsonObject): Json {
  const input = at(given, 'TransformInput', 'DataSource', 'S3DataSource', 'S3Uri');
  const output = at(given, 'TransformOutput', 'S3OutputPath');
  const place = 's3://known/later';
  const replace = (value: Json): Json => {
    if (isExpression(value)) return value === input || value === output || value === given['ModelName'] ? place : value;
    if (Array.isArray(value)) return (value as readonly Json[]).map(replace);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replace(member)]));
  };
  return replace(given);
}

/** The model that a step will use, as far as that is known before the run. */
function plannedModel({ given, requestOf, registry }: PlannedStep): Json | undefined {
  const name = given['ModelName'];
  if (typeof name === 'string') return findModel(registry, name);
  const text = isObject(name) ? name['Get'] : undefined;
  const reference = typeof text === 'string' ? parseReference(text) : undefined;
  return reference?.root === 'Steps' ? requestOf(reference.step) : undefined;
}

function inspectModel({ given, registry, report, step }: PlannedStep): void {
  const name = given['ModelName'];
  if (typeof name !== 'string' || findModel(registry, name) !== undefined) return;
  const { detail, fix } = noModel(name, registry);
  report('error', 'no-such-model', `${step.Name} uses the model ${name}, which this project does not have`, {
    below: 'Arguments.ModelName',
    detail,
    fix,
  });
}

function noModel(name: string, registry: StepWork['registry']): { readonly detail: string; readonly fix: string } {
  const [models, groups] = [listModels(registry), listGroups(registry)];
  const isUnapproved = groups.includes(name);
  const known = [...models, ...groups];
  return {
    detail: isUnapproved
      ? `${name} has been registered, and none of its versions is approved`
      : known.length === 0
        ? 'no run on this machine has made or registered one yet'
        : `there are: ${known.join(', ')}`,
    fix: isUnapproved
      ? `sagemaker-pipelines models approve ${name}`
      : (didYouMean(name, known) ?? 'run a pipeline with a Model or RegisterModel step first'),
  };
}

function planOf({ given, step }: StepWork): TransformPlan {
  const { plan, problems } = readPlan(given);
  if (plan !== undefined) return plan;
  throw new PipelineError('failed', 'transform-argument', problems.map(({ message }) => message).join('; '), {
    at: step.Name,
  });
}

async function objectsFor({ source }: TransformPlan, work: StepWork): Promise<TransformObject[]> {
  const { store } = work;
  const found: ObjectPlace[] = [];
  if (source.type === 'ManifestFile') {
    found.push(...objectsOfManifest(await readManifest(source.uri, work)));
  } else {
    await work.obtain(source.uri);
    const place = readPlace(source.uri);
    const below = [];
    for await (const object of listObjects(store, { bucket: place.bucket, prefix: place.key })) {
      below.push({ uri: formatPlace(object), size: object.size });
    }
    found.push(...objectsOfPrefix(source.uri, below));
  }
  if (found.length === 0) {
    throw new PipelineError('failed', 'no-input', `There are no objects at ${source.uri}`, {
      fix: `--map ${source.uri}=./FOLDER, or --fetch to read them from S3`,
    });
  }
  const objects = found.map(async ({ uri, output }) => {
    const { path } = await needObject(store, readPlace(uri));
    return { key: uri, output, open: () => readFile(path) };
  });
  return await Promise.all(objects);
}

async function layModels(work: StepWork, plan: TransformPlan): Promise<ModelContainer[]> {
  const name = textAt(work.given, 'ModelName') ?? '';
  const model = findModel(work.registry, name);
  if (model === undefined) {
    throw new PipelineError(
      'failed',
      'no-such-model',
      `This project has no model ${name}`,
      noModel(name, work.registry),
    );
  }
  const containers: ModelContainer[] = [];
  for (const [index, container] of containersIn(model).entries()) {
    const image = textAt(container, 'Image');
    if (image === undefined) throw new PipelineError('failed', 'no-image', `A container of ${name} has no image`);
    const folder = join(work.folder, 'models', String(index));
    await layModel(work, container, folder);
    const environment = {
      ...serviceEnvironment(work),
      ...textMapAt(container, 'Environment'),
      ...transformEnvironment(plan),
    };
    containers.push({ image, folder, environment });
  }
  return containers;
}

/** A job's containers, and the files that hold its outputs, by name, as they come. */
interface Serving {
  readonly containers: readonly ModelContainer[];
  readonly servers: readonly ModelServer[];
  readonly files: Map<string, string>;
}

async function invoke(
  work: StepWork,
  plan: TransformPlan,
  objects: readonly TransformObject[],
  { containers, servers, files }: Serving,
): Promise<TransformResult> {
  const invoked = servers.map(({ url, tail, ended }, index) => {
    return { url, tail, ended, environment: containers[index]!.environment };
  });
  let begun = 0;
  return await runTransform({
    plan,
    containers: invoked,
    objects,
    output: async (name) => {
      // A key may be no path, or the same path as another; a number is one of its own.
      const path = join(work.folder, 'out', String(begun++));
      const sink = await writeFile(path, work.unique);
      const commit = async () => {
        await sink.commit();
        files.set(name, path);
      };
      return { ...sink, commit };
    },
    world: { now: work.now, unique: work.unique, sleep: work.sleep },
    signal: work.signal,
    begins: (parameters) => work.listen('stdout', parametersLine(parameters)),
  });
}

/** Objects that were done have their output, also where others failed. */
async function putOutputs(work: StepWork, plan: TransformPlan, files: ReadonlyMap<string, string>): Promise<void> {
  const place = readPlace(plan.outputPath);
  for (const [name, path] of files) await putFile(work.store, below(place, name), path, { move: true });
}

/** Data capture names what went in and came out; the objects themselves stay where they are. */
async function capture(
  work: StepWork,
  { source, outputPath }: TransformPlan,
  objects: readonly TransformObject[],
  { outputs }: TransformResult,
  began: Date,
): Promise<void> {
  const destination = textAt(work.given, 'DataCaptureConfig', 'DestinationS3Uri');
  if (destination === undefined) return;
  const uris = objects.map(({ key }) => key);
  const prefix = source.type === 'ManifestFile' ? commonFolder(uris) : folderOf(source.uri);
  const names = uris.map((uri) => uri.slice(prefix.length));
  const manifests = captureManifests({
    destination,
    began,
    identify: () => work.unique(32),
    input: { prefix, names },
    output: { prefix: outputPath, names: outputs },
  });
  for (const { uri, body } of manifests) await writeObject(work.store, readPlace(uri), body);
}

function refuseFailures({ failures }: TransformResult): void {
  const [first] = failures;
  if (first === undefined) return;
  const others = failures.length === 1 ? '' : ` (and ${failures.length - 1} more)`;
  throw new PipelineError('failed', first.code, `${first.message}${others}`, { detail: first.detail, fix: first.fix });
}

function describe(work: StepWork, plan: TransformPlan, started: string, result: TransformResult): StepResult {
  const properties = {
    ...work.given,
    TransformJobName: work.job,
    TransformJobArn: `arn:aws:sagemaker:${work.region}:${NOBODY}:transform-job/${work.job}`,
    TransformJobStatus: 'Completed',
    CreationTime: started,
    TransformStartTime: started,
    TransformEndTime: work.now().toISOString(),
  };
  const facts = { objects: result.outputs.length, requests: result.requests };
  return { properties, outputs: [{ title: 'output', target: plan.outputPath }], facts };
}

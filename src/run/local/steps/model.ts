import type { Json, JsonObject } from '../../../definition/document.ts';
import { PipelineError } from '../../../definition/error.ts';
import { isObject } from '../../../definition/expression.ts';
import { containersOf, modelArn, needPackage, putModel } from '../registry.ts';
import { firstBelow, reportIgnored } from './layout.ts';
import { at, objectsAt, textAt, textMapAt } from './read.ts';
import type { PlannedStep, StepKind, StepRead, StepWork } from './step.ts';

const IGNORED = {
  VpcConfig: 'models are served on this machine alone',
  EnableNetworkIsolation: 'models use the network of this machine',
  InferenceExecutionConfig: 'containers are called one after the other',
  Tags: 'there is nothing to tag',
};

/** A Model step: containers under a name, for the Transform steps of this run and of later ones. */
export const model: StepKind = {
  inspect: (planned) => {
    inspectContainers(planned);
    reportIgnored(planned.given, IGNORED, planned);
  },
  reads: ({ given }) => modelReads(containersIn(given), 'Arguments'),
  run: async (work) => {
    const { given, job, registry } = work;
    const containers: Json[] = [];
    for (const container of containersIn(given)) containers.push(...withPackage(work, container));
    if (containers.length === 0) throw new PipelineError('failed', 'no-containers', 'the model has no containers');
    for (const container of containers) await needData(work, container);
    // The service adds to a name that is given, so that a second execution can make its own model.
    const name = textAt(given, 'ModelName') === undefined ? job : `${textAt(given, 'ModelName')}-${job.slice(-10)}`;
    const described = {
      ...given,
      ...(containers.length === 1 ? { PrimaryContainer: containers[0]! } : { Containers: containers }),
      ModelName: name,
      ModelArn: modelArn(registry, name),
      CreationTime: work.now().toISOString(),
    };
    putModel(registry, described);
    return { properties: described, outputs: [], facts: { model: name } };
  },
};

/** The containers of a model's request, whichever way it gives them. */
export function containersIn(given: Json | undefined): readonly JsonObject[] {
  const primary = at(given, 'PrimaryContainer');
  const list = objectsAt(given, 'Containers');
  if (list.length > 0) return list;
  return isObject(primary) ? [primary] : [];
}

/** Says what of a model's containers cannot be served here. */
function inspectContainers({ given, step, report }: PlannedStep): void {
  const below = 'Arguments';
  for (const container of containersIn(given)) {
    if (textAt(container, 'Mode') === 'MultiModel') {
      report('error', 'model-not-supported', `${step.Name} serves many models in one container (MultiModel)`, {
        below,
        detail: 'batch transform, the one who asks models on this machine, cannot use it: nor can it on AWS',
      });
    }
    if (objectsAt(container, 'AdditionalModelDataSources').length > 0) {
      report('error', 'model-not-supported', `${step.Name} has more than one source of model data`, { below });
    }
  }
}

/** The containers that a package stands for, each with what the request adds to it. */
function withPackage({ registry }: StepWork, container: JsonObject): readonly Json[] {
  const name = textAt(container, 'ModelPackageName');
  if (name === undefined) return [container];
  const described = needPackage(registry, name);
  const { ModelPackageName: _, Environment: environment, ...rest } = container;
  return containersOf(described).map((each) => ({
    ...(each as JsonObject),
    ...rest,
    Environment: { ...textMapAt(each, 'Environment'), ...textMapAt({ environment: environment ?? {} }, 'environment') },
  }));
}

/** The model data that containers name. */
export function modelReads(containers: readonly JsonObject[], below: string): StepRead[] {
  return containers.flatMap((container) => {
    const uri = modelDataOf(container);
    return uri === undefined ? [] : [{ uri, below }];
  });
}

/** Where a container's model data is, whichever way it is given. */
export function modelDataOf(container: Json): string | undefined {
  return textAt(container, 'ModelDataUrl') ?? textAt(container, 'ModelDataSource', 'S3DataSource', 'S3Uri');
}

/** As on the service, a model is not made without its data. */
export async function needData(work: StepWork, container: Json): Promise<void> {
  const uri = modelDataOf(container);
  if (uri === undefined) return;
  await work.obtain(uri);
  if ((await firstBelow(work, uri)) !== undefined) return;
  throw new PipelineError('failed', 'no-model-data', `There is no model data at ${uri}`, {
    fix: `--map ${uri}=./model.tar.gz, or --fetch to read it from S3`,
  });
}

import { type Fault, error } from '../rule.ts';
import { type Job, type Part, needed, numberOf, oneOf, partOf, partsOf, placeOf, valueOf } from './job.ts';

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
export const training: Job = {
  types: ['Training'],
  *faults(args): Generator<Fault> {
    // What a serverless job trains on is AWS's to choose.
    const isServerless = valueOf(args, 'ServerlessJobConfig') !== undefined;
    // What lacks even these is no request at all, and was told so.
    const isRequest = ['RoleArn', 'OutputDataConfig'].every((name) => valueOf(args, name) !== undefined);
    if (!isServerless && isRequest) {
      yield* needed(args, ['AlgorithmSpecification', 'ResourceConfig', 'StoppingCondition']);
      const resources = partOf(args, 'ResourceConfig');
      if (resources !== undefined) yield* resourceFaults(resources);
    }
    const algorithm = partOf(args, 'AlgorithmSpecification');
    if (algorithm !== undefined) yield* oneOf(algorithm, 'AlgorithmSpecification', ['TrainingImage', 'AlgorithmName']);
    yield* channelFaults(args);
    yield* spotFaults(args);
  },
};

function* resourceFaults(resources: Part): Generator<Fault> {
  if (valueOf(resources, 'InstanceGroups') === undefined) {
    yield* needed(resources, ['InstanceType', 'InstanceCount']);
    return;
  }
  const other = ['InstanceType', 'InstanceCount'].find((name) => valueOf(resources, name) !== undefined);
  if (other === undefined) return;
  const message = `ResourceConfig of step ${resources.step.Name} has InstanceGroups and ${other}; AWS takes only one of them`;
  yield error('one-of', resources.path, message);
}

/** Channels of training and tuning jobs. */
export function* channelFaults(args: Part): Generator<Fault> {
  for (const channel of partsOf(args, 'InputDataConfig')) {
    const source = partOf(channel, 'DataSource');
    if (source === undefined) continue;
    yield* oneOf(source, 'DataSource', ['S3DataSource', 'FileSystemDataSource', 'DatasetSource']);
  }
}

/** Spot instances: how long to wait for them includes the time to run. */
export function* spotFaults(args: Part): Generator<Fault> {
  const stopping = partOf(args, 'StoppingCondition');
  if (stopping === undefined || valueOf(args, 'EnableManagedSpotTraining') !== true) return;
  const [wait, run] = ['MaxWaitTimeInSeconds', 'MaxRuntimeInSeconds'].map((name) => numberOf(stopping, name));
  const place = placeOf(stopping, 'MaxWaitTimeInSeconds');
  if (valueOf(stopping, 'MaxWaitTimeInSeconds') === undefined) {
    const message = `MaxWaitTimeInSeconds is missing in StoppingCondition of step ${args.step.Name}, which trains on spot instances`;
    yield error('missing-member', place, message);
  } else if (wait !== undefined && run !== undefined && wait < run) {
    const message = `MaxWaitTimeInSeconds of step ${args.step.Name} is ${wait}, less than MaxRuntimeInSeconds, ${run}`;
    yield error('out-of-range', place, message, {
      detail: 'the time to wait for spot instances includes the time to run',
    });
  }
}

import { type Fault, error } from '../rule.ts';
import { type Job, type Part, oneOf, partOf, placeOf, valueOf } from './job.ts';

// https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-emr
export const emr: Job = {
  types: ['EMR'],
  *faults(args): Generator<Fault> {
    yield* oneOf(args, 'The EMR step', ['ClusterId', 'ClusterConfig']);
    const config = partOf(args, 'ClusterConfig');
    if (config === undefined) return;
    if (valueOf(args, 'ExecutionRoleArn') !== undefined) {
      const message = `ExecutionRoleArn of step ${args.step.Name} needs a ClusterId; a new cluster has JobFlowRole`;
      yield error('contradiction', placeOf(args, 'ExecutionRoleArn'), message);
    }
    yield* forbidden(config, 'ClusterConfig', ['Name', 'Steps', 'AutoTerminationPolicy']);
    const instances = partOf(config, 'Instances');
    if (instances === undefined) return;
    yield* forbidden(instances, 'Instances', ['KeepJobFlowAliveWhenNoSteps', 'TerminationProtected']);
    yield* oneOf(instances, 'Instances', ['InstanceGroups', 'InstanceFleets']);
  },
};

function* forbidden(part: Part, owner: string, names: readonly string[]): Generator<Fault> {
  for (const name of names) {
    if (valueOf(part, name) === undefined) continue;
    const message = `${owner} of step ${part.step.Name} must not have ${name}: SageMaker Pipelines sets it itself`;
    yield error('contradiction', placeOf(part, name), message, { fix: 'take it out' });
  }
}

export const emrServerless: Job = {
  types: ['EMRServerless'],
  *faults(args): Generator<Fault> {
    yield* oneOf(args, 'The EMR Serverless step', ['ApplicationId', 'ApplicationConfig']);
  },
};

export const lineage: Job = {
  types: ['Lineage'],
  *faults(args): Generator<Fault> {
    const names = ['Actions', 'Artifacts', 'Contexts', 'Associations'];
    if (names.some((name) => valueOf(args, name) !== undefined)) return;
    yield error('one-of', args.path, `Lineage step ${args.step.Name} has none of ${names.join(', ')}`);
  },
};

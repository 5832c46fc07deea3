import { type Fault, error, warning } from '../rule.ts';
import { type Job, type Part, oneOf, partOf, partsOf, placeOf, valueOf } from './job.ts';
import { servingCodeFaults } from './serving-code.ts';

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html
export const model: Job = {
  types: ['Model'],
  *faults(args): Generator<Fault> {
    yield* oneOf(args, 'The model', ['PrimaryContainer', 'Containers']);
    const primary = partOf(args, 'PrimaryContainer');
    for (const container of [...(primary === undefined ? [] : [primary]), ...partsOf(args, 'Containers')]) {
      yield* containerFaults(container);
      if (valueOf(container, 'ModelPackageName') === undefined && valueOf(container, 'Image') === undefined) {
        const message = `A container of step ${args.step.Name} has neither Image nor ModelPackageName`;
        yield error('one-of', placeOf(container, 'Image'), message);
      }
    }
    if (valueOf(args, 'ExecutionRoleArn') === undefined) {
      const message = `ExecutionRoleArn is missing in step ${args.step.Name}`;
      yield warning('missing-member', placeOf(args, 'ExecutionRoleArn'), message, {
        detail: 'without a role SageMaker can neither read the model from S3 nor pull its image',
      });
    }
  },
};

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
export const registration: Job = {
  types: ['RegisterModel'],
  *faults(args): Generator<Fault> {
    const isGrouped = valueOf(args, 'ModelPackageGroupName') !== undefined;
    if (isGrouped && valueOf(args, 'ModelPackageName') !== undefined) {
      const message = `Step ${args.step.Name} has ModelPackageGroupName and ModelPackageName; a version in a group has no name`;
      yield error('one-of', placeOf(args, 'ModelPackageName'), message, {
        detail: `AWS: "Unknown Argument member 'ModelPackageName'"`,
        fix: 'take ModelPackageName out',
      });
    }
    if (isGrouped && partsOf(args, 'Tags').length > 0) {
      const message = `Step ${args.step.Name} tags a version of a group, and only the group has tags`;
      yield warning('contradiction', placeOf(args, 'Tags'), message, {
        detail: 'AWS: with a ModelPackageGroupName "you cannot supply a tag argument"',
        fix: 'tag the model package group instead',
      });
    }
    const inference = partOf(args, 'InferenceSpecification');
    for (const container of inference === undefined ? [] : partsOf(inference, 'Containers')) {
      yield* containerFaults(container);
    }
  },
};

function* containerFaults(container: Part): Generator<Fault> {
  yield* servingCodeFaults(container);
  const { step } = container;
  if (valueOf(container, 'ModelDataUrl') !== undefined && valueOf(container, 'ModelDataSource') !== undefined) {
    const message = `A container of step ${step.Name} has ModelDataUrl and ModelDataSource; AWS takes only one of them`;
    yield error('one-of', container.path, message);
  }
  if (valueOf(container, 'AdditionalModelDataSources') !== undefined) {
    const message = `SageMaker Pipelines may not know AdditionalModelDataSources (step ${step.Name})`;
    yield warning('unknown-member', placeOf(container, 'AdditionalModelDataSources'), message, {
      detail: `AWS has refused it: "Unknown Argument member 'AdditionalModelDataSources'"`,
    });
  }
}

// What SageMaker Pipelines does not pass on, though the API has it; the Python SDK refuses it.
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  EndpointConfig: ['DataCaptureConfig', 'ExplainerConfig'],
  Endpoint: ['DeploymentConfig'],
};

export const endpoint: Job = {
  types: ['EndpointConfig', 'Endpoint'],
  *faults(args): Generator<Fault> {
    for (const name of LEFT_OUT[args.step.Type]!) {
      if (valueOf(args, name) === undefined) continue;
      const message = `${args.step.Type} steps take no ${name} (step ${args.step.Name})`;
      yield warning('unknown-member', placeOf(args, name), message, { fix: 'take it out' });
    }
  },
};

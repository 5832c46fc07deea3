import validate from 'asl-validator';
import { expect } from 'vitest';
import { type Pipeline, type PipelineDocument, definePipeline, emit, outputUri, step } from 'sagemaker-pipelines';
import type { JsonObject } from '../../../src/definition/document.ts';
import { toStateMachine } from '../../../src/emit/step-functions/state-machine.ts';

export const INSTANCE = { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 } as const;

type States = Readonly<Record<string, JsonObject>>;

/** The machine of some steps, which a validator of the States Language has accepted. */
export function machineOf(parameters: Pipeline['parameters'], ...steps: Parameters<typeof definePipeline>[0]['steps']) {
  const { definition } = emit(definePipeline({ name: 'p', parameters, steps }), { region: 'eu-west-1' });
  return accepted(definition);
}

export function accepted(document: PipelineDocument) {
  const { machine, diagnostics } = toStateMachine(document);
  // The validator adds members of its own.
  const { isValid, errorsText } = validate(structuredClone(machine));
  expect(isValid ? '' : errorsText()).toBe('');
  return { start: machine['StartAt'], states: machine['States'] as States, diagnostics };
}

export function train(name: string, options: Parameters<typeof step.training>[2] = {}, uri: unknown = 's3://b/t') {
  return step.training(
    name,
    {
      AlgorithmSpecification: { TrainingImage: 'img:1', TrainingInputMode: 'File' },
      OutputDataConfig: { S3OutputPath: 's3://b/o' },
      ResourceConfig: INSTANCE,
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
      InputDataConfig: [
        { ChannelName: 'train', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri as string } } },
      ],
      RoleArn: 'arn:aws:iam::111122223333:role/r',
    },
    options,
  );
}

export function evaluate(name: string) {
  return step.processing(
    name,
    {
      AppSpecification: { ImageUri: 'img:1' },
      ProcessingResources: { ClusterConfig: INSTANCE },
      ProcessingOutputConfig: {
        Outputs: [{ OutputName: 'metrics', S3Output: { S3Uri: outputUri('m'), S3UploadMode: 'EndOfJob' } }],
      },
      RoleArn: 'arn:aws:iam::111122223333:role/r',
    },
    { propertyFiles: { Report: { output: 'metrics', path: 'report.json' } } },
  );
}

import {
  type Input,
  type TrainingArguments,
  definePipeline,
  environment,
  execution,
  join,
  step,
} from 'sagemaker-pipelines';
import { I, MOMENT, NAME, S, jobRetry, tags } from './pieces.ts';

const BOOTSTRAP = 'sagemaker_remote_function_bootstrap';
const root = join`s3://${environment.bucket}/${NAME}`;

function prefix(ChannelName: string, S3Uri: Input<string>) {
  return { ChannelName, DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri } } } as const;
}

/** A Python function as the SDK runs it: a training job that unpickles it. Its pickle is Python's to write. */
function functionStep(
  name: string,
  requirements: string,
  environmentFlags: Readonly<Record<string, string>>,
  more: readonly Input<string>[],
): TrainingArguments {
  const flags: Readonly<Record<string, Input<string>>> = {
    '--s3_base_uri': root,
    '--region': environment.region,
    '--client_python_version': '3.11',
    '--client_sagemaker_pysdk_version': '2.257.6',
    '--dependency_settings': `{"dependency_file": "${requirements}"}`,
    ...environmentFlags,
    '--pipeline_step_name': name,
    '--pipeline_execution_id': execution.PipelineExecutionId,
    '--func_step_s3_dir': MOMENT,
  };
  return {
    StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
    RetryStrategy: { MaximumRetryAttempts: 1 },
    InputDataConfig: [
      prefix(BOOTSTRAP, join`${root}/${BOOTSTRAP}`),
      prefix('pre_exec_script_and_dependencies', join`${root}/${name}/${MOMENT}/pre_exec_script_and_dependencies`),
    ],
    OutputDataConfig: { S3OutputPath: join('/', root, execution.PipelineExecutionId, name, 'results') },
    AlgorithmSpecification: {
      TrainingImage: 'img:1',
      TrainingInputMode: 'File',
      ContainerEntrypoint: ['/bin/bash', `/opt/ml/input/data/${BOOTSTRAP}/job_driver.sh`],
      ContainerArguments: [
        ...Object.entries(flags).flat(),
        '--property_references',
        'Execution.PipelineExecutionId',
        execution.PipelineExecutionId,
        ...more,
      ],
    },
    ResourceConfig: {
      VolumeSizeInGB: 30,
      InstanceCount: 1,
      InstanceType: 'ml.m5.large',
      KeepAlivePeriodInSeconds: 0,
    },
    EnableNetworkIsolation: false,
    EnableInterContainerTrafficEncryption: false,
    EnableManagedSpotTraining: false,
    Environment: { AWS_DEFAULT_REGION: environment.region },
  };
}

const fa = step.training(
  'fa',
  functionStep('fa', 'req.txt', {}, ['Parameters.I', join`${I}`, '--serialize_output_to_json', 'true']),
  { displayName: 'g5.fa', description: 'docs' },
);

const second = functionStep('fb', 'sagemaker_requirements_abcd1234.txt', { '--job_conda_env': 'env' }, [
  'Steps.fa.OutputDataConfig.S3OutputPath',
  join`${fa.properties.OutputDataConfig.S3OutputPath}`,
]);
const fb = step.training(
  'fb',
  {
    ...second,
    StoppingCondition: { ...second.StoppingCondition, MaxWaitTimeInSeconds: 99_999 },
    ResourceConfig: { ...second.ResourceConfig, VolumeKmsKeyId: 'vk', KeepAlivePeriodInSeconds: 60 },
    VpcConfig: { Subnets: ['s'], SecurityGroupIds: ['g'] },
    Tags: tags,
    EnableInterContainerTrafficEncryption: true,
    EnableManagedSpotTraining: true,
    Environment: { ...second.Environment, E: S },
  },
  { dependsOn: [fa], displayName: 'dd', description: 'ee', retry: jobRetry },
);

// The SDK lists the author's step first and appends what it found behind it.
export default definePipeline({ name: NAME, parameters: { S, I }, steps: [fb, fa] });

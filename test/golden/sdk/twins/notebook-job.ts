import { type Input, type TrainingArguments, environment, execution, join } from 'sagemaker-pipelines';
import { MOMENT, NAME, channel } from './pieces.ts';

/** A notebook as the SDK runs it: a training job in an image that holds its headless runner. */
export function notebookJob(notebook: {
  readonly job: string;
  readonly title: string;
  readonly stepName: string;
  readonly root: Input<string>;
}): TrainingArguments & { readonly Environment: Readonly<Record<string, Input<string>>> } {
  const folder = 'sagemaker_headless_execution_pipelinestep';
  return {
    TrainingJobName: notebook.job,
    RetryStrategy: { MaximumRetryAttempts: 1 },
    StoppingCondition: { MaxRuntimeInSeconds: 172_800 },
    EnableInterContainerTrafficEncryption: true,
    AlgorithmSpecification: {
      TrainingImage: 'img.us-west-2:1',
      TrainingInputMode: 'File',
      ContainerEntrypoint: ['amazon_sagemaker_scheduler'],
    },
    InputDataConfig: [channel(folder, join`${notebook.root}/${NAME}/${notebook.stepName}/input-${MOMENT}`)],
    OutputDataConfig: {
      S3OutputPath: join('/', notebook.root, NAME, execution.PipelineExecutionId, notebook.stepName),
    },
    ResourceConfig: { VolumeSizeInGB: 30, InstanceCount: 1, InstanceType: 'ml.m5.large' },
    Tags: [
      { Key: 'sagemaker:name', Value: notebook.title },
      { Key: 'sagemaker:notebook-name', Value: 'nb.ipynb' },
      { Key: 'sagemaker:notebook-job-origin', Value: 'PIPELINE_STEP' },
      { Key: 'sagemaker:is-studio-archived', Value: 'false' },
    ],
    Environment: {
      AWS_DEFAULT_REGION: environment.region,
      SM_JOB_DEF_VERSION: '1.0',
      SM_ENV_NAME: 'sagemaker-default-env',
      SM_SKIP_EFS_SIMULATION: 'true',
      SM_EXECUTION_INPUT_PATH: `/opt/ml/input/data/${folder}`,
      SM_KERNEL_NAME: 'python3',
      SM_INPUT_NOTEBOOK_NAME: 'nb.ipynb',
      SM_OUTPUT_NOTEBOOK_NAME: `${notebook.job}.ipynb`,
    },
  };
}

import { definePipeline, step } from 'sagemaker-pipelines';
import { notebookJob } from './notebook-job.ts';
import { NAME, S, jobRetry, tags } from './pieces.ts';

const job = notebookJob({ job: 'nbjob-x', title: 'nbjob_x', stepName: 'NB', root: 's3://notebooks' });
const notebook = step.training(
  'NB',
  {
    ...job,
    OutputDataConfig: { ...job.OutputDataConfig, KmsKeyId: 'sk' },
    ResourceConfig: { ...job.ResourceConfig, VolumeKmsKeyId: 'vk' },
    VpcConfig: { Subnets: ['s'], SecurityGroupIds: ['g'] },
    Tags: [...tags, ...(job.Tags ?? [])],
    Environment: { ...job.Environment, E: 'f', SM_INIT_SCRIPT: 'init.sh' },
    HyperParameters: { p: S, q: '1' },
  },
  { displayName: 'd', description: 'e', retry: jobRetry },
);

export default definePipeline({ name: NAME, parameters: { S }, steps: [notebook] });

import { definePipeline } from 'sagemaker-pipelines';
import { I, NAME, S } from './pieces.ts';
import { fullJob } from './processing.ts';

export default definePipeline({ name: NAME, parameters: { S, I }, steps: [fullJob('my-job-name')] });

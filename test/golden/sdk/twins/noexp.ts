import { definePipeline } from 'sagemaker-pipelines';
import { NAME } from './pieces.ts';

export default definePipeline({ name: NAME, experiment: null, steps: [] });

import { definePipeline, step } from 'sagemaker-pipelines';
import { FUNCTION, NAME } from './pieces.ts';

export default definePipeline({ name: NAME, parameters: {}, steps: [step.lambda('L', {}, { functionArn: FUNCTION })] });

import { definePipeline, parameter } from 'sagemaker-pipelines';
import { B, I, NAME, S } from './pieces.ts';

export default definePipeline({
  name: NAME,
  parameters: {
    S,
    I,
    F: parameter.float({ default: 0.5 }),
    B,
    E: parameter.string(),
    Z: parameter.integer({ default: 0 }),
    FB: parameter.boolean({ default: false }),
    SE: parameter.string({ default: '' }),
  },
  steps: [],
});

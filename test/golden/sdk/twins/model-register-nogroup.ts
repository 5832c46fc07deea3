import { definePipeline, modelPackage, step } from 'sagemaker-pipelines';
import { NAME } from './pieces.ts';

const register = step.registerModel(
  'R-RegisterModel',
  modelPackage({
    // The SDK takes the image's name where the author names no group.
    group: 'img',
    containers: [{ Image: 'img:1', Environment: {}, ModelDataUrl: 's3://b/m.tar.gz' }],
    accepts: ['text/csv'],
    returns: ['text/csv'],
  }),
);

export default definePipeline({ name: NAME, steps: [register] });

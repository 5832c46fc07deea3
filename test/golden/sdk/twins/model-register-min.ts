import { definePipeline, modelPackage, step } from 'sagemaker-pipelines';
import { NAME } from './pieces.ts';

const register = step.registerModel(
  'R-RegisterModel',
  modelPackage({
    group: 'grp',
    containers: [{ Image: 'img:1', Environment: {}, ModelDataUrl: 's3://b/m.tar.gz' }],
    accepts: ['text/csv'],
    returns: ['text/csv'],
  }),
);

export default definePipeline({ name: NAME, steps: [register] });

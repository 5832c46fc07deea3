import { definePipeline, monitor, step } from 'sagemaker-pipelines';
import { NAME, machine } from './pieces.ts';

const quality = step.qualityCheck(
  'DQ',
  monitor.dataQuality({
    dataset: 's3://b/d.csv',
    format: { csv: { header: true } },
    instance: machine,
    output: 's3://b/out',
  }),
  { checkType: 'DATA_QUALITY' },
);

export default definePipeline({ name: NAME, steps: [quality] });

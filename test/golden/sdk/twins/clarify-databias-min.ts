import { clarify, definePipeline, step } from 'sagemaker-pipelines';
import { NAME, machine } from './pieces.ts';

const analysis = step.clarifyCheck(
  'DB',
  clarify({
    config: 's3://b/out/analysis_config.json',
    dataset: 's3://b/d.csv',
    instance: machine,
    output: 's3://b/out',
  }),
  { checkType: 'DATA_BIAS' },
);

export default definePipeline({ name: NAME, steps: [analysis] });

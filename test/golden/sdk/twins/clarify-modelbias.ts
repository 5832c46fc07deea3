import { clarify, definePipeline, step } from 'sagemaker-pipelines';
import { NAME, S, machine } from './pieces.ts';

const analysis = step.clarifyCheck(
  'MB',
  clarify({
    config: 's3://b/out/analysis_config.json',
    dataset: 's3://b/d.csv',
    instance: machine,
    output: 's3://b/out',
  }),
  { checkType: 'MODEL_BIAS', modelName: S },
);

export default definePipeline({ name: NAME, parameters: { S }, steps: [analysis] });

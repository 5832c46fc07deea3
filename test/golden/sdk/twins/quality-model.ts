import { definePipeline, monitor, step } from 'sagemaker-pipelines';
import { NAME, machine } from './pieces.ts';

const quality = step.qualityCheck(
  'MQ',
  monitor.modelQuality({
    dataset: 's3://b/d.csv',
    format: { json: { lines: true } },
    problem: 'BinaryClassification',
    inference: 'pred',
    probability: '0',
    groundTruth: 'label',
    probabilityThreshold: '0.5',
    instance: machine,
    output: 's3://b/out',
  }),
  { checkType: 'MODEL_QUALITY' },
);

export default definePipeline({ name: NAME, steps: [quality] });

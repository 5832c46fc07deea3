import { definePipeline, step } from 'sagemaker-pipelines';
import { NAME, bucketUri } from './pieces.ts';

const search = step.autoML('AM', {
  InputDataConfig: [
    { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://b/t' } }, TargetAttributeName: 'y' },
  ],
  OutputDataConfig: { S3OutputPath: bucketUri },
  AutoMLJobConfig: {
    CompletionCriteria: {},
    SecurityConfig: { EnableInterContainerTrafficEncryption: false },
    Mode: 'ENSEMBLING',
  },
});

// What the container of the best candidate is told: AWS lists these names, their values are the candidate's.
const variables = [
  'MODEL_NAME',
  'SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT',
  'SAGEMAKER_SUBMIT_DIRECTORY',
  'SAGEMAKER_INFERENCE_SUPPORTED',
  'SAGEMAKER_INFERENCE_OUTPUT',
  'SAGEMAKER_PROGRAM',
];
const best = search.properties.BestCandidate.InferenceContainers.at(0);

const model = step.model('BM-CreateModel', {
  PrimaryContainer: {
    Image: best.Image,
    Environment: Object.fromEntries(variables.map((name) => [name, best.Environment.get(name)])),
    ModelDataUrl: best.ModelDataUrl,
  },
});

export default definePipeline({ name: NAME, parameters: {}, steps: [search, model] });

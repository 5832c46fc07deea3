import { definePipeline, execution, step } from 'sagemaker-pipelines';
import { FUNCTION, I, NAME, S } from './pieces.ts';

const call = step.lambda(
  'L',
  { a: 1, b: S, c: [I, { z: execution.PipelineName }], t: true, n: null },
  {
    functionArn: FUNCTION,
    outputs: { o1: 'String', o2: 'Integer', o3: 'Boolean', o4: 'Float' },
    displayName: 'd',
    description: 'e',
    cache: '30d',
  },
);

const ask = step.callback(
  'CB',
  { a: call.output('o1'), raw: call.output('o2'), self: 'z' },
  {
    sqsQueueUrl: 'https://sqs/q',
    outputs: { x: 'Integer' },
    dependsOn: [call],
    displayName: 'd',
    description: 'e',
    cache: '30d',
  },
);

export default definePipeline({ name: NAME, parameters: { S, I }, steps: [call, ask] });

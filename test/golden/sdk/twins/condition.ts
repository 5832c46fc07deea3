import { definePipeline, execution, join, jsonGet, not, or, step, unsafe, when } from 'sagemaker-pipelines';
import { B, I, NAME, S, estimator, noProfiler, stepUri } from './pieces.ts';

const proc = step.processing(
  'Proc',
  {
    ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 } },
    AppSpecification: { ImageUri: 'img:1' },
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: 'x',
          AppManaged: false,
          S3Output: {
            S3Uri: stepUri('Proc', 'output', 'x'),
            LocalPath: '/opt/ml/processing/x',
            S3UploadMode: 'EndOfJob',
          },
        },
      ],
    },
  },
  { propertyFiles: { Ev: { output: 'x', path: 'evaluation.json' } } },
);
const evaluation = proc.propertyFile('Ev');
const value = jsonGet<number>(evaluation, 'a.b.value');

const choose = step.condition(
  'Cond',
  {
    Conditions: [
      when(S, '==', 'a'),
      when(value, '>', 1),
      when(I, '>=', 2),
      when(jsonGet<number>(evaluation, 'list[0]["k"]'), '<', 0.5),
      when(jsonGet<number>({ s3Uri: join('/', proc.output('x'), 'e.json') }, 'x'), '<=', 6),
      // A text is never a number nor true, and 'q' is no value of S: our types refuse to ask.
      when(S, 'in', ['a', unsafe<'a'>(I), unsafe<'a'>(true)]),
      not(when(B, '==', true)),
      or(when(execution.StartDateTime, '==', 'x'), when(S, 'not in', [unsafe<'a'>('q')])),
    ],
    IfSteps: [
      step.training('T1', {
        ...estimator('training', join('/', 's3:/', 'b', execution.PipelineExecutionId)),
        ...noProfiler,
      }),
    ],
    ElseSteps: [step.fail('F1', { ErrorMessage: join(' ', 'bad', value) }), step.fail('F2', { ErrorMessage: '' })],
  },
  { dependsOn: [proc], displayName: 'd', description: 'e' },
);

export default definePipeline({ name: NAME, parameters: { S, I, B }, steps: [choose] });

import { definePipeline, monitor, monitorBatchTransform, step } from 'sagemaker-pipelines';
import { NAME, S, machine, stepUri } from './pieces.ts';

const { transform, check } = monitorBatchTransform('MBT', {
  transform: {
    ModelName: S,
    TransformInput: { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://b/in' } } },
    TransformOutput: { S3OutputPath: stepUri('MBT-transform') },
    TransformResources: { InstanceCount: 1, InstanceType: 'ml.m5.xlarge' },
  },
  check: (name, order) =>
    step.qualityCheck(
      name,
      monitor.modelQuality({
        dataset: 's3://b/in',
        format: { csv: { header: true } },
        problem: 'Regression',
        inference: '0',
        instance: machine,
        output: 's3://b/o',
      }),
      { checkType: 'MODEL_QUALITY', ...order },
    ),
});

export default definePipeline({ name: NAME, parameters: { S }, steps: [transform, check] });

import { definePipeline, step } from 'sagemaker-pipelines';
import { NAME, S, modelRetry } from './pieces.ts';

const onCluster = step.emr(
  'Emr',
  {
    StepConfig: {
      HadoopJarStep: {
        Jar: 's3://b/j.jar',
        Args: ['--a', S],
        MainClass: 'com.x',
        Properties: [{ Key: 'k', Value: 'v' }],
      },
    },
    ClusterId: 'j-1',
    ExecutionRoleArn: 'arn:r',
  },
  { displayName: 'd', description: 'e', retry: modelRetry, cache: '30d' },
);

const onItsOwn = step.emr(
  'Emr2',
  {
    StepConfig: { HadoopJarStep: { Jar: 'j' } },
    ClusterConfig: {
      Applications: [{ Name: 'Spark' }],
      Instances: { InstanceGroups: [{ InstanceRole: 'MASTER', InstanceCount: 1, InstanceType: 'm5.xlarge' }] },
      BootstrapActions: [],
      ReleaseLabel: 'emr-6.6.0',
      ServiceRole: 'sr',
      JobFlowRole: 'jr',
      LogUri: 's3://l',
    },
  },
  { dependsOn: [onCluster] },
);

export default definePipeline({ name: NAME, parameters: { S }, steps: [onCluster, onItsOwn] });

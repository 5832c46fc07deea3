import { definePipeline, execution, step } from 'sagemaker-pipelines';
import { NAME, S } from './pieces.ts';

const config = step.endpointConfig(
  'EC',
  {
    EndpointConfigName: S,
    ProductionVariants: [
      { VariantName: 'AllTraffic', ModelName: 'm', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
    ],
    Tags: [],
  },
  {
    displayName: 'd',
    description: 'e',
    retry: { exceptions: ['Step.SERVICE_FAULT', 'Step.THROTTLING'], interval: '10s', expireAfter: '5m' },
    cache: '30d',
  },
);

const endpoint = step.endpoint(
  'EP',
  { EndpointName: 'ep', EndpointConfigName: config.properties.EndpointConfigName },
  { dependsOn: [config], cache: '30d' },
);

const component = step.custom('IC', 'InferenceComponent', {
  InferenceComponentName: 'ic',
  EndpointName: endpoint.properties.EndpointName,
  VariantName: 'AllTraffic',
  Specification: {
    ModelName: 'm',
    ComputeResourceRequirements: { MinMemoryRequiredInMb: 1024, NumberOfCpuCoresRequired: 2 },
  },
  RuntimeConfig: { CopyCount: 1 },
});

const ModelSource = { S3DataSource: { S3Uri: 's3://x/y' } };
const customModel = step.custom('BCM', 'BedrockCustomModel', {
  ModelName: S,
  RoleArn: 'r',
  ModelSourceConfig: ModelSource,
});
const deployment = step.custom('BCMD', 'BedrockCustomModelDeployment', {
  ModelDeploymentName: 'd',
  ModelArn: customModel.property('ModelArn'),
});
const imported = step.custom('BMI', 'BedrockModelImport', {
  ImportedModelName: 'imp',
  JobName: 'job',
  RoleArn: 'r',
  ModelDataSource: ModelSource,
});
const throughput = step.custom(
  'BPMT',
  'BedrockProvisionedModelThroughput',
  {
    ProvisionedModelName: 'p',
    ModelId: imported.property('ImportedModelArn'),
    ModelUnits: 1,
    CommitmentDuration: 'OneMonth',
  },
  { dependsOn: [imported] },
);

const lineage = step.custom(
  'LIN',
  'Lineage',
  {
    Actions: [
      {
        ActionName: execution.PipelineExecutionId,
        ActionType: 'Evaluation',
        Source: { SourceUri: 's', SourceType: 'ModelPackage' },
        Status: 'Completed',
      },
    ],
    Artifacts: [{ ArtifactName: 'art1', ArtifactType: 'Model', Source: { SourceUri: 's3://x/y' } }],
    Contexts: [
      {
        ContextName: 'c',
        ContextType: 'PipelineExecution',
        Source: { SourceUri: execution.PipelineExecutionArn },
      },
    ],
    Associations: [
      {
        Source: { Name: 'a1', Type: 'Action' },
        Destination: { Name: 'art1', Type: 'Artifact' },
        AssociationType: 'Produced',
      },
    ],
  },
  { dependsOn: [endpoint] },
);

export default definePipeline({
  name: NAME,
  parameters: { S },
  steps: [config, endpoint, component, customModel, deployment, imported, throughput, lineage],
});

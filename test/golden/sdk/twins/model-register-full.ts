import { definePipeline, step } from 'sagemaker-pipelines';
import { NAME, S, metrics, modelRetry, trainingOfModel } from './pieces.ts';

const train = trainingOfModel();
const register = step.registerModel(
  'R-RegisterModel',
  {
    ModelPackageGroupName: S,
    ModelPackageDescription: 'pkgdesc',
    ModelMetrics: metrics,
    DriftCheckBaselines: {
      ModelQuality: {
        Statistics: { ContentType: 'a', S3Uri: 's3://1' },
        Constraints: { ContentType: 'a', S3Uri: 's3://2' },
      },
      ModelDataQuality: {
        Statistics: { ContentType: 'a', S3Uri: 's3://3' },
        Constraints: { ContentType: 'a', S3Uri: 's3://4' },
      },
      Bias: {
        ConfigFile: { S3Uri: 's3://5', ContentDigest: 'd', ContentType: 'a' },
        PreTrainingConstraints: { ContentType: 'a', S3Uri: 's3://6' },
        PostTrainingConstraints: { ContentType: 'a', S3Uri: 's3://7' },
      },
      Explainability: {
        Constraints: { ContentType: 'a', S3Uri: 's3://8' },
        ConfigFile: { S3Uri: 's3://9' },
      },
    },
    MetadataProperties: { CommitId: 'c', Repository: 'r', GeneratedBy: 'g', ProjectId: 'p' },
    CustomerMetadataProperties: { k: 'v' },
    Domain: 'NATURAL_LANGUAGE_PROCESSING',
    SamplePayloadUrl: 's3://x',
    Task: 'TEXT_GENERATION',
    SourceUri: 'src',
    InferenceSpecification: {
      Containers: [
        {
          Image: 'img:1',
          Environment: { A: 'b' },
          ModelDataUrl: train.properties.ModelArtifacts.S3ModelArtifacts,
          Framework: 'PYTORCH',
          FrameworkVersion: '1',
          NearestModelName: 'bert',
          ModelInput: { DataInputConfig: '{"in":[1]}' },
        },
      ],
      SupportedContentTypes: ['text/csv'],
      SupportedResponseMIMETypes: ['text/csv'],
      SupportedRealtimeInferenceInstanceTypes: ['ml.m5.large'],
      SupportedTransformInstanceTypes: ['ml.m5.large'],
    },
    ModelApprovalStatus: S,
    SkipModelValidation: 'All',
  },
  { dependsOn: [train], displayName: 'd', description: 'e', retry: modelRetry },
);

export default definePipeline({ name: NAME, parameters: { S }, steps: [register] });

import { type Input, asset, definePipeline, join, step } from 'sagemaker-pipelines';
import { I, NAME, S, jobRetry, stepUri, tags, vpc } from './pieces.ts';

const FOLDER = '/opt/ml/processing';

function inputFile(InputName: string, S3Uri: Input<string>, folder: string) {
  return {
    InputName,
    AppManaged: false,
    S3Input: {
      S3Uri,
      LocalPath: `${FOLDER}/input/${folder}`,
      S3DataType: 'S3Prefix',
      S3InputMode: 'File',
      S3DataDistributionType: 'FullyReplicated',
      S3CompressionType: 'None',
    },
  } as const;
}

/** A job that is given all that a processing job can be given. */
export function fullJob(ProcessingJobName?: string) {
  return step.processing(
    'Proc',
    {
      ProcessingJobName,
      ProcessingResources: {
        ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: I, VolumeSizeInGB: 40, VolumeKmsKeyId: 'vk' },
      },
      AppSpecification: {
        ImageUri: 'img:1',
        ContainerEntrypoint: ['python3', `${FOLDER}/input/code/code.py`],
        ContainerArguments: ['--a', '1', join`${I}`],
      },
      ProcessingInputs: [
        inputFile('d', 's3://b/in', 'd'),
        inputFile('input-2', S, 'e'),
        {
          InputName: 'ath',
          AppManaged: false,
          DatasetDefinition: {
            DataDistributionType: 'FullyReplicated',
            InputMode: 'File',
            LocalPath: `${FOLDER}/input/ath`,
            AthenaDatasetDefinition: {
              Catalog: 'c',
              Database: 'd',
              QueryString: 'q',
              OutputS3Uri: 's3://o',
              WorkGroup: 'w',
              KmsKeyId: 'k',
              OutputFormat: 'PARQUET',
              OutputCompression: 'SNAPPY',
            },
          },
        },
        inputFile('code', asset(import.meta, 'scripts/code.py'), 'code'),
      ],
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'x',
            AppManaged: false,
            S3Output: {
              S3Uri: stepUri('Proc', 'output', 'x'),
              LocalPath: `${FOLDER}/output/x`,
              S3UploadMode: 'EndOfJob',
            },
          },
          {
            OutputName: 'output-2',
            AppManaged: false,
            S3Output: { S3Uri: 's3://b/out', LocalPath: `${FOLDER}/output/y`, S3UploadMode: 'EndOfJob' },
          },
          { OutputName: 'fs', AppManaged: true, FeatureStoreOutput: { FeatureGroupName: 'fg' } },
        ],
        KmsKeyId: 'ok',
      },
      Environment: { A: 'b', P: S },
      NetworkConfig: {
        EnableNetworkIsolation: true,
        EnableInterContainerTrafficEncryption: true,
        VpcConfig: vpc,
      },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
      Tags: tags,
    },
    {
      displayName: 'disp',
      description: 'desc',
      retry: jobRetry,
      cache: '30d',
      propertyFiles: { Ev: { output: 'x', path: 'evaluation.json' } },
    },
  );
}

export default definePipeline({ name: NAME, parameters: { S, I }, steps: [fullJob()] });

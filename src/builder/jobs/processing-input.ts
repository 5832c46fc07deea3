import type { Input } from '../../aws/input.ts';

/** Objects of S3 that a processing job finds as files. */
export interface ProcessingFiles {
  readonly uri: Input<string>;
  readonly localPath: string;
  /** Whether every machine gets all objects, or each its share. */
  readonly distribution?: 'FullyReplicated' | 'ShardedByS3Key' | undefined;
}

/** An input in AWS's members, with the defaults that the Python SDK writes out. */
export function processingInput(name: string, { uri, localPath, distribution = 'FullyReplicated' }: ProcessingFiles) {
  return {
    InputName: name,
    AppManaged: false,
    S3Input: {
      S3Uri: uri,
      LocalPath: localPath,
      S3DataType: 'S3Prefix',
      S3InputMode: 'File',
      S3DataDistributionType: distribution,
      S3CompressionType: 'None',
    },
  } as const;
}

/** An output in AWS's members. */
export function processingOutput<Name extends string>(
  name: Name,
  uri: Input<string>,
  localPath: string,
  mode: 'EndOfJob' | 'Continuous' = 'EndOfJob',
) {
  return {
    OutputName: name,
    AppManaged: false,
    S3Output: { S3Uri: uri, LocalPath: localPath, S3UploadMode: mode },
  } as const;
}

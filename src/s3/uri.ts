import { PipelineError } from '../definition/error.ts';

/** An object's place. */
export interface S3Location {
  readonly bucket: string;
  /** The object's key, or a prefix of keys where many are meant; empty for the whole bucket. */
  readonly key: string;
}

/** The place that `s3://bucket/key` names; undefined when a text is no such URI. Keys are taken as they stand. */
export function readS3Uri(text: string): S3Location | undefined {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(text) ?? [];
  return bucket === undefined ? undefined : { bucket, key };
}

/** The place that a URI names, or an error that says where the text came from. */
export function parseS3Uri(text: string, from?: string): S3Location {
  const location = readS3Uri(text);
  if (location !== undefined) return location;
  throw new PipelineError('usage', 'not-an-s3-uri', `${JSON.stringify(text)} is no S3 URI`, {
    detail: from === undefined ? undefined : `it comes from ${from}`,
    fix: 'for example: s3://my-bucket/models/model.tar.gz',
  });
}

/** `s3://bucket/key`; `s3://bucket` without a key. */
export function formatS3Uri({ bucket, key }: S3Location): string {
  return key === '' ? `s3://${bucket}` : `s3://${bucket}/${key}`;
}

/** The place one name further down, whether or not the prefix ends in a slash. */
export function below({ bucket, key }: S3Location, name: string): S3Location {
  return { bucket, key: key === '' || key.endsWith('/') ? `${key}${name}` : `${key}/${name}` };
}

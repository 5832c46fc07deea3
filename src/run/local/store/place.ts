import { PipelineError } from '../../../definition/error.ts';

/** An object, or with an empty key or one that ends in a slash everything below it. */
export interface Place {
  readonly bucket: string;
  /** As it stands in the URI: S3 keys are texts, in which a slash means nothing by itself. */
  readonly key: string;
}

// What a folder can be named. S3 wants more (three characters, no capitals), but here nobody has to make the bucket.
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
const KEY_BYTES = 1024;

/** Reads `s3://bucket/key`; anything else is an error. */
export function parseS3Uri(uri: string): Place {
  const [, bucket, key = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/s.exec(uri) ?? [];
  if (bucket === undefined) {
    throw new PipelineError('failed', 'not-an-s3-uri', `"${uri}" is no S3 URI`, {
      fix: 'for example: s3://bucket/key',
    });
  }
  return checkPlace({ bucket, key });
}

export function formatS3Uri({ bucket, key }: Place): string {
  return `s3://${bucket}/${key}`;
}

/** The place below another one: `s3://b/x` and `y` are `s3://b/x/y`, whether `x` ends in a slash or not. */
export function below({ bucket, key }: Place, name: string): Place {
  return { bucket, key: key === '' || key.endsWith('/') ? key + name : `${key}/${name}` };
}

/** The place itself, when it can be one on this machine. */
export function checkPlace(place: Place): Place {
  const { bucket, key } = place;
  if (!BUCKET.test(bucket)) {
    throw new PipelineError('failed', 'bad-bucket', `"${bucket}" is no name of a bucket`, {
      detail: `in ${formatS3Uri(place)}`,
    });
  }
  // S3 takes them, but whatever copies such an object to a disk would leave the folder that it copies to.
  if (key.split('/').some((part) => part === '.' || part === '..')) {
    throw new PipelineError('failed', 'key-escapes', `The key "${key}" has a part "." or ".."`, {
      detail: `in ${formatS3Uri(place)}: on a disk it would lead out of its folder`,
      fix: 'name the object without them',
    });
  }
  if (Buffer.byteLength(key) > KEY_BYTES) {
    throw new PipelineError(
      'failed',
      'key-too-long',
      `A key of ${Buffer.byteLength(key)} bytes is longer than S3 takes`,
      {
        detail: `${key.slice(0, 80)}…`,
        fix: `keep keys within ${KEY_BYTES} bytes`,
      },
    );
  }
  return place;
}

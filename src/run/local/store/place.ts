import { PipelineError } from '../../../definition/error.ts';
import { type S3Location, readS3Uri } from '../../../s3/uri.ts';

/** An object, or with an empty key or one that ends in a slash everything below it. */
export type Place = S3Location;

// What a folder can be named. S3 wants more (three characters, no capitals), but here nobody has to make the bucket.
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
const KEY_BYTES = 1024;

/** The place that a URI names; one that cannot be on this machine is an error. */
export function readPlace(uri: string): Place {
  const place = readS3Uri(uri);
  if (place !== undefined) return checkPlace(place);
  throw new PipelineError('failed', 'not-an-s3-uri', `"${uri}" is no S3 URI`, { fix: 'for example: s3://bucket/key' });
}

/** As a URI, with a slash behind the bucket also where there is no key. */
export function formatPlace({ bucket, key }: Place): string {
  return `s3://${bucket}/${key}`;
}

/** The place itself, when it can be one on this machine. */
export function checkPlace(place: Place): Place {
  const { bucket, key } = place;
  if (!BUCKET.test(bucket)) {
    throw new PipelineError('failed', 'bad-bucket', `"${bucket}" is no name of a bucket`, {
      detail: `in ${formatPlace(place)}`,
    });
  }
  // S3 takes them, but whatever copies such an object to a disk would leave the folder that it copies to.
  if (key.split('/').some((part) => part === '.' || part === '..')) {
    throw new PipelineError('failed', 'key-escapes', `The key "${key}" has a part "." or ".."`, {
      detail: `in ${formatPlace(place)}: on a disk it would lead out of its folder`,
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

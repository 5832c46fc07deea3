import { awsError, awsFault, explainAwsError } from '../aws/failure.ts';
import { PipelineError } from '../definition/error.ts';
import { type Access, ownerOf, sendingOf } from './access.ts';
import type { S3 } from './client.ts';
import { askAloud } from './head.ts';

/** A bucket that is there, that is not there, or of which nobody may know. */
type BucketHead =
  | { readonly state: 'there'; readonly region: string | undefined }
  | { readonly state: 'absent' }
  | { readonly state: 'denied'; readonly error: PipelineError };

/** Asks whether a bucket is there and belongs to the account that is expected. */
export async function headBucket(s3: S3, bucket: string, access: Access = {}): Promise<BucketHead> {
  try {
    const { BucketRegion } = await s3.headBucket({ Bucket: bucket, ...ownerOf(access) }, sendingOf(access));
    return { state: 'there', region: BucketRegion };
  } catch (mute) {
    const doing = `use the bucket ${bucket}`;
    const list = { Bucket: bucket, MaxKeys: 1, ...ownerOf(access) };
    const error = await askAloud(mute, () => s3.listObjectsV2(list, sendingOf(access)));
    const fault = awsFault(error);
    if (fault === 'absent' || fault === 'bucket-absent') return { state: 'absent' };
    if (fault === 'access-denied') return { state: 'denied', error: awsError(fault, error as Error, { doing }) };
    throw explainAwsError(error, { doing });
  }
}

/**
 * Ends in an error unless a bucket can be used. One that only may not be looked at passes: whoever may write need not be
 * allowed to look.
 */
export async function requireBucket(s3: S3, bucket: string, access: Access = {}): Promise<BucketHead> {
  const head = await headBucket(s3, bucket, access);
  const doing = `use the bucket ${bucket}`;
  if (head.state === 'absent') throw awsError('bucket-absent', new Error('NoSuchBucket'), { doing });
  if (head.state === 'denied' && access.expectedOwner !== undefined) {
    const { expectedOwner: _, ...anyOwner } = access;
    const fix = `${access.expectedOwner} was expected to own it: name a bucket of that account`;
    const isOthers = (await headBucket(s3, bucket, anyOwner)).state === 'there';
    if (isOthers) throw awsError('bucket-owner', head.error.cause as Error, { doing, fix });
  }
  return head;
}

/**
 * Ends in an error unless a bucket can be used by a pipeline of the client's region.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html: jobs read buckets of their own region.
 */
export async function requireBucketHere(s3: S3, bucket: string, access: Access = {}): Promise<void> {
  const head = await requireBucket(s3, bucket, access);
  const region = await s3.config.region();
  if (head.state !== 'there' || head.region === undefined || head.region === region) return;
  throw new PipelineError('usage', 'bucket-elsewhere', `The bucket ${bucket} is in ${head.region}`, {
    detail: `the pipeline is for ${region}, and SageMaker reads nothing from another region`,
    fix: `name a bucket in ${region}: --bucket, or take the pipeline to ${head.region}: --region`,
  });
}

import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { awsError, awsFault, explainAwsError } from '../aws/failure.ts';
import type { PipelineError } from '../definition/error.ts';
import { type Access, ownerOf, sendingOf } from './access.ts';
import type { Checksums } from './checksum.ts';
import type { S3 } from './client.ts';
import { type S3Location, formatS3Uri } from './uri.ts';

/** What S3 says of an object without giving its content. */
export interface ObjectHead extends Checksums {
  readonly state: 'there';
  readonly size: number;
  /** With its quotes, as conditions want it. */
  readonly etag: string;
  /** Base64; of an object of several parts `…-<parts>`, over the parts' own. Only where it was uploaded with one. */
  readonly sha256?: string | undefined;
  readonly versionId?: string | undefined;
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly kmsKeyId?: string | undefined;
  readonly modified?: Date | undefined;
}

/** Nothing is there; or nobody may know, which is not the same. Whatever else goes wrong is thrown. */
export type Head =
  | ObjectHead
  | { readonly state: 'absent' }
  | { readonly state: 'denied'; readonly error: PipelineError };

/** Asks whether an object is there, and what it is like. */
export async function headObject(s3: S3, at: S3Location, access: Access = {}): Promise<Head> {
  try {
    const request = { Bucket: at.bucket, Key: at.key, ChecksumMode: 'ENABLED' as const, ...ownerOf(access) };
    return headOf(await s3.headObject(request, sendingOf(access)));
  } catch (error) {
    const doing = `look at ${formatS3Uri(at)}`;
    const fault = awsFault(error);
    if (fault === 'absent') return { state: 'absent' };
    if (fault === 'access-denied') return { state: 'denied', error: awsError(fault, error as Error, { doing }) };
    throw explainAwsError(error, { doing });
  }
}

/** The head of an object that must be there. */
export async function requireObject(s3: S3, at: S3Location, access: Access = {}): Promise<ObjectHead> {
  const head = await headObject(s3, at, access);
  if (head.state === 'there') return head;
  if (head.state === 'denied') throw head.error;
  const doing = `read ${formatS3Uri(at)}`;
  throw awsError('absent', new Error('NotFound'), { doing, fix: 'look at the URI: nothing is stored under it' });
}

function headOf(output: HeadObjectCommandOutput): ObjectHead {
  return {
    state: 'there',
    size: output.ContentLength ?? 0,
    etag: output.ETag ?? '',
    sha256: output.ChecksumSHA256,
    versionId: output.VersionId,
    contentType: output.ContentType,
    contentEncoding: output.ContentEncoding,
    metadata: output.Metadata ?? {},
    kmsKeyId: output.SSEKMSKeyId,
    modified: output.LastModified,
  };
}

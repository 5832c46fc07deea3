import type { Readable } from 'node:stream';
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
  readonly metadata: Readonly<Record<string, string>>;
  readonly kmsKeyId?: string | undefined;
  readonly modified?: Date | undefined;
}

/** Nothing is there; or nobody may know, which is not the same. Whatever else goes wrong is thrown. */
type Head = ObjectHead | { readonly state: 'absent' } | { readonly state: 'denied'; readonly error: PipelineError };

/** Asks whether an object is there, and what it is like. */
export async function headObject(s3: S3, at: S3Location, access: Access = {}): Promise<Head> {
  try {
    const request = { Bucket: at.bucket, Key: at.key, ChecksumMode: 'ENABLED' as const, ...ownerOf(access) };
    return headOf(await s3.headObject(request, sendingOf(access)));
  } catch (mute) {
    const doing = `look at ${formatS3Uri(at)}`;
    const error = await askAloud(mute, () => firstByte(s3, at, access));
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

/**
 * An answer to HEAD has no body, so that wrong keys, an expired token and a right that lacks all look alike. Asking for
 * content makes AWS say which; where that is granted the first answer stands.
 */
export async function askAloud(mute: unknown, ask: () => Promise<unknown>): Promise<unknown> {
  const { $metadata } = mute as { $metadata?: { httpStatusCode?: number } };
  if ($metadata?.httpStatusCode !== 400 && $metadata?.httpStatusCode !== 403) return mute;
  try {
    await ask();
    return mute;
  } catch (error) {
    return error;
  }
}

async function firstByte(s3: S3, { bucket, key }: S3Location, access: Access): Promise<void> {
  const request = { Bucket: bucket, Key: key, Range: 'bytes=0-0', ...ownerOf(access) };
  const { Body } = await s3.getObject(request, sendingOf(access));
  (Body as Readable).destroy();
}

function headOf(output: HeadObjectCommandOutput): ObjectHead {
  return {
    state: 'there',
    size: output.ContentLength ?? 0,
    etag: output.ETag ?? '',
    sha256: output.ChecksumSHA256,
    versionId: output.VersionId,
    contentType: output.ContentType,
    metadata: output.Metadata ?? {},
    kmsKeyId: output.SSEKMSKeyId,
    modified: output.LastModified,
  };
}

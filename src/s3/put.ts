import { explainAwsError } from '../aws/failure.ts';
import { type WriteAccess, encryptionOf, ownerOf, sendingOf } from './access.ts';
import { isContent, sha256Of } from './checksum.ts';
import type { S3 } from './client.ts';
import { headObject } from './head.ts';
import { type S3Location, formatS3Uri } from './uri.ts';

/** What an object is to be like beside its content. */
export interface WriteOptions extends WriteAccess {
  readonly contentType?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Leave an object that is there already as it is. */
  readonly onlyIfAbsent?: boolean | undefined;
}

/** Whether an object was written, or was there before and left alone. */
export interface Written {
  readonly state: 'written' | 'there';
  readonly size: number;
  /** Base64; of an object of several parts `…-<parts>`, over the parts' own. */
  readonly sha256: string | undefined;
}

/** Writes a small object with one request. */
export async function putObject(
  s3: S3,
  to: S3Location,
  content: Uint8Array | string,
  options: WriteOptions = {},
): Promise<Written> {
  const body = typeof content === 'string' ? Buffer.from(content) : content;
  const sha256 = sha256Of(body);
  const written = { state: 'written', size: body.length, sha256 } as const;
  try {
    const request = {
      Bucket: to.bucket,
      Key: to.key,
      Body: body,
      ChecksumSHA256: sha256,
      ...traitsOf(options),
      ...conditionOf(options),
    };
    await s3.putObject(request, sendingOf(options));
    return written;
  } catch (error) {
    if (!isThereAlready(error)) throw explainAwsError(error, { doing: `write ${formatS3Uri(to)}` });
    // A request that was answered too late is sent again, and finds what itself has written.
    const head = attemptsOf(error) > 1 ? await headObject(s3, to, options) : undefined;
    const isOurs = head?.state === 'there' && isContent(head, body);
    return isOurs ? written : { ...written, state: 'there' };
  }
}

/** How the requests that make an object spell what it is to be like. */
export function traitsOf(options: WriteOptions): object {
  const { contentType, metadata } = options;
  return {
    ...(contentType === undefined ? {} : { ContentType: contentType }),
    ...(metadata === undefined ? {} : { Metadata: metadata }),
    ...encryptionOf(options),
    ...ownerOf(options),
  };
}

/** How the request that makes an object visible spells that there must be none. */
export function conditionOf({ onlyIfAbsent }: WriteOptions): { IfNoneMatch?: '*' } {
  return onlyIfAbsent === true ? { IfNoneMatch: '*' } : {};
}

/** Whether a request was refused because there is an object already. */
export function isThereAlready(error: unknown): boolean {
  return error instanceof Error && error.name === 'PreconditionFailed';
}

function attemptsOf(error: unknown): number {
  const { $metadata } = error as { $metadata?: { attempts?: number } };
  return $metadata?.attempts ?? 1;
}

import { explainAwsError } from '../aws/failure.ts';

/** What every request may carry. */
export interface Access {
  /** The account that must own the bucket; one of any other account is refused. */
  readonly expectedOwner?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What every request that writes may carry. */
export interface WriteAccess extends Access {
  /** Encrypt with this KMS key; without it the bucket's own settings hold. */
  readonly kmsKeyId?: string | undefined;
}

/** The expected owner as requests spell it. */
export function ownerOf({ expectedOwner }: Access): { ExpectedBucketOwner?: string } {
  return expectedOwner === undefined ? {} : { ExpectedBucketOwner: expectedOwner };
}

/** The encryption as the requests that make an object spell it. */
export function encryptionOf({ kmsKeyId }: WriteAccess): { ServerSideEncryption?: 'aws:kms'; SSEKMSKeyId?: string } {
  return kmsKeyId === undefined ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyId };
}

/** What the SDK takes beside a request. */
export function sendingOf({ signal }: Access): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

/** Waits for an answer; what AWS refuses becomes an error of ours. */
export async function asking<T>(doing: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw explainAwsError(error, { doing });
  }
}

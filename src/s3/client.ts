import type { S3, S3ClientConfig } from '@aws-sdk/client-s3';

export type { S3 } from '@aws-sdk/client-s3';

/** Whose S3 is meant; what is not given is taken from AWS's ordinary places (environment, profile, role of the machine). */
export interface S3Options {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** Keys, or what gets them: the credentials of an assumed role. */
  readonly credentials?: NonNullable<S3ClientConfig['credentials']> | undefined;
  /** Another server than AWS's; `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL` hold otherwise. */
  readonly endpoint?: string | undefined;
  /** How often a request is tried in all. */
  readonly attempts?: number | undefined;
}

const ATTEMPTS = 6;

/**
 * Opens S3 for one account and region; several may be open at once. Whoever opens it ends it with `destroy()`.
 *
 * @example const s3 = await openS3({ region: 'eu-west-1' });
 */
export async function openS3(options: S3Options = {}): Promise<S3> {
  const { region, profile, credentials, endpoint, attempts = ATTEMPTS } = options;
  const { S3: Client } = await import('@aws-sdk/client-s3');
  const s3 = new Client({
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: attempts,
    retryMode: 'adaptive',
    // A bucket says which region it is in, and the request goes there: a copy may cross regions.
    followRegionRedirects: true,
  });
  const configured: unknown = await s3.config.serviceConfiguredEndpoint?.();
  // Other servers than AWS's have no name of their own for every bucket.
  s3.config.forcePathStyle = endpoint !== undefined || configured !== undefined;
  return s3;
}

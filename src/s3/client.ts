import { createRequire } from 'node:module';
import type { S3, S3ClientConfig } from '@aws-sdk/client-s3';
import type * as S3Sdk from '@aws-sdk/client-s3';

export type { S3 } from '@aws-sdk/client-s3';

/** Whose S3 is meant; what is not given is taken from AWS's ordinary places (environment, profile, role of the machine). */
interface S3Options {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** Keys, or what gets them: the credentials of an assumed role. */
  readonly credentials?: NonNullable<S3ClientConfig['credentials']> | undefined;
  /** Another server than AWS's; `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL` hold otherwise. */
  readonly endpoint?: string | undefined;
  /** How often a request is tried in all. */
  readonly attempts?: number | undefined;
}

// A `require` of these bundles takes less time than an `import`, which looks for all their names first.
const load = createRequire(import.meta.url);

const ATTEMPTS = 6;
const CONNECTION_TIMEOUT = 10_000;

/**
 * Opens S3 for one account and region; several may be open at once. Whoever opens it ends it with `destroy()`.
 *
 * @example const s3 = await openS3({ region: 'eu-west-1' });
 */
export async function openS3(options: S3Options = {}): Promise<S3> {
  const { region, profile, credentials, endpoint, attempts = ATTEMPTS } = options;
  const { S3: Client } = load('@aws-sdk/client-s3') as typeof S3Sdk;
  const s3 = new Client({
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT },
    retryMode: 'adaptive',
    // A bucket says which region it is in, and the request goes there: a copy may cross regions.
    followRegionRedirects: true,
  });
  s3.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        spareWork((args.request as { headers: Record<string, string> }).headers, commandName);
        return next(args);
      },
    { step: 'build', priority: 'low', name: 'spareWork' },
  );
  const configured: unknown = await s3.config.serviceConfiguredEndpoint?.();
  // Other servers than AWS's have no name of their own for every bucket.
  s3.config.forcePathStyle = endpoint !== undefined || configured !== undefined;
  return s3;
}

/**
 * A body whose SHA-256 is known already is not hashed again for the signature. And a part goes out on a connection that is
 * open, where the SDK would open another to ask whether it may: the request that began the upload has asked that.
 */
function spareWork(headers: Record<string, string>, command: string | undefined): void {
  const sha256 = headers['x-amz-checksum-sha256'];
  if (sha256 !== undefined) headers['x-amz-content-sha256'] = Buffer.from(sha256, 'base64').toString('hex');
  if (command === 'UploadPartCommand') delete headers['Expect'];
}

import { PipelineError, codeOf } from '../definition/error.ts';

/** What kind of fault AWS, or the way to it, has; `refused` is whatever has no kind of its own. */
type AwsFault =
  | 'absent'
  | 'access-denied'
  | 'bucket-absent'
  | 'bucket-owner'
  | 'clock-skewed'
  | 'credentials-expired'
  | 'credentials-missing'
  | 'credentials-unknown'
  | 'kms-denied'
  | 'quota-exceeded'
  | 'refused'
  | 'region-wrong'
  | 'server-failed'
  | 'throttled'
  | 'unreachable';

/** What was attempted when AWS said no. */
export interface Attempt {
  /** As the sentence goes on after "cannot": `write s3://models/a.tar.gz`. */
  readonly doing: string;
  /** What to do about it, where the caller knows better than the kind of fault does. */
  readonly fix?: string | undefined;
  readonly at?: string | undefined;
}

// Names as the services give them; an answer to HEAD has no body, so that its status is its name.
const NAMES: Readonly<Record<string, AwsFault>> = {
  AccessDenied: 'access-denied',
  AccessDeniedException: 'access-denied',
  AllAccessDisabled: 'access-denied',
  AuthorizationHeaderMalformed: 'region-wrong',
  BandwidthLimitExceeded: 'throttled',
  ClockSkewDetected: 'clock-skewed',
  CredentialsProviderError: 'credentials-missing',
  EC2ThrottledException: 'throttled',
  ExpiredToken: 'credentials-expired',
  ExpiredTokenException: 'credentials-expired',
  Forbidden: 'access-denied',
  IllegalLocationConstraintException: 'region-wrong',
  IncompleteSignature: 'credentials-unknown',
  InvalidAccessKeyId: 'credentials-unknown',
  InvalidClientTokenId: 'credentials-unknown',
  InvalidSignatureException: 'credentials-unknown',
  InvalidToken: 'credentials-unknown',
  LimitExceededException: 'quota-exceeded',
  NoSuchBucket: 'bucket-absent',
  NoSuchKey: 'absent',
  NoSuchUpload: 'absent',
  NoSuchVersion: 'absent',
  NotFound: 'absent',
  PermanentRedirect: 'region-wrong',
  PriorRequestNotComplete: 'throttled',
  ProvisionedThroughputExceededException: 'throttled',
  RequestExpired: 'clock-skewed',
  RequestInTheFuture: 'clock-skewed',
  RequestLimitExceeded: 'throttled',
  RequestThrottled: 'throttled',
  RequestThrottledException: 'throttled',
  RequestTimeTooSkewed: 'clock-skewed',
  RequestTimeout: 'unreachable',
  ResourceLimitExceeded: 'quota-exceeded',
  ResourceNotFound: 'absent',
  ResourceNotFoundException: 'absent',
  ServiceQuotaExceededException: 'quota-exceeded',
  SignatureDoesNotMatch: 'credentials-unknown',
  SlowDown: 'throttled',
  TemporaryRedirect: 'region-wrong',
  ThrottledException: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  TokenRefreshRequired: 'credentials-expired',
  TooManyRequestsException: 'throttled',
  UnauthorizedAccess: 'access-denied',
  UnauthorizedOperation: 'access-denied',
  UnrecognizedClientException: 'credentials-unknown',
};

const STATUSES: Readonly<Record<number, AwsFault>> = {
  301: 'region-wrong',
  307: 'region-wrong',
  403: 'access-denied',
  404: 'absent',
  429: 'throttled',
};

const NETWORK =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+|ERR_TLS_\w+)$/;

/** What kind of fault a thrown value is; undefined when it does not come from AWS or from the way to it. */
export function awsFault(error: unknown): AwsFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const { status } = metadataOf(error);
  const named = NAMES[error.name];
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html: S3 passes on what KMS refused.
  if (named === 'access-denied' && /\bkms:|KMS key|customer master key/i.test(error.message)) return 'kms-denied';
  // Signed at a time that is not AWS's; a wrong key has other words.
  if (named === 'credentials-unknown' && /^Signature (?:expired|not yet current)/.test(error.message))
    return 'clock-skewed';
  if (named === 'credentials-missing' && /expired/i.test(error.message)) return 'credentials-expired';
  if (/^KMS\.|^KMS\w*Exception$/.test(error.name)) return 'kms-denied';
  if (named !== undefined) return named;
  if (isUnreachable(error)) return 'unreachable';
  if (error.message === 'Region is missing') return 'region-wrong';
  if (status === undefined) return undefined;
  return STATUSES[status] ?? (status >= 500 ? 'server-failed' : 'refused');
}

/** Whether what AWS refused may well be granted if it is asked again later. */
export function isPassing(error: unknown): boolean {
  const fault = awsFault(error);
  return fault === 'throttled' || fault === 'server-failed' || fault === 'unreachable';
}

const FIXES: Readonly<Partial<Record<AwsFault, string>>> = {
  'access-denied': 'grant this to the identity that the credentials belong to, or use another: AWS_PROFILE',
  'bucket-absent': 'create the bucket, or name another one',
  'bucket-owner': 'name a bucket of the account that was meant, or the account that owns this one',
  'clock-skewed': "set this machine's clock",
  'credentials-expired': 'renew them (aws sso login, or assume the role again) and run this again',
  'credentials-missing': 'log in (aws sso login) or name a profile: AWS_PROFILE',
  'credentials-unknown': 'look at AWS_PROFILE and AWS_ACCESS_KEY_ID: these credentials are not known there',
  'kms-denied':
    'grant kms:GenerateDataKey and kms:Decrypt on the key, in its policy and to the identity that the credentials belong to',
  'quota-exceeded': 'ask for more in the Service Quotas console, or free what is no longer needed',
  'region-wrong': 'give the region that it is in: --region or AWS_REGION',
  'server-failed': 'run this again; if it stays, look at health.aws.amazon.com',
  throttled: 'run this again later',
  unreachable: 'look at the network, the proxy and AWS_ENDPOINT_URL',
};

const SENTENCES: Readonly<Partial<Record<AwsFault, string>>> = {
  'bucket-absent': 'there is no such bucket',
  'bucket-owner': 'the bucket belongs to another account',
  'clock-skewed': "this machine's clock is wrong",
  'credentials-expired': 'the credentials have expired',
  'credentials-missing': 'there are no AWS credentials',
  'credentials-unknown': 'AWS does not know the credentials',
  'kms-denied': 'the KMS key may not be used',
  'quota-exceeded': 'a quota is used up',
  'region-wrong': 'it is in another region',
  'server-failed': 'AWS failed',
  throttled: 'AWS wants fewer requests',
  unreachable: 'AWS cannot be reached',
  'access-denied': 'access is denied',
  absent: 'it is not there',
};

/** What AWS said as an error of ours, its own words below; anything that did not come from AWS is given back as it is. */
export function explainAwsError(error: unknown, attempt: Attempt): unknown {
  const fault = awsFault(error);
  return fault === undefined ? error : awsError(fault, error as Error, attempt);
}

/** An error of ours for a kind of fault that the caller knows better than the name tells. */
export function awsError(fault: AwsFault, cause: Error, { doing, fix, at }: Attempt): PipelineError {
  const why = SENTENCES[fault];
  return new PipelineError('aws', `aws-${fault}`, `Cannot ${doing}${why === undefined ? '' : `: ${why}`}`, {
    at,
    detail: wordsOf(cause),
    fix: fix ?? (isCertificate(cause) ? CERTIFICATE_FIX : FIXES[fault]),
    cause,
  });
}

// The SDK for JavaScript reads neither AWS_CA_BUNDLE nor a setting of the profile.
const CERTIFICATE_FIX =
  "let Node trust your network's own authority: NODE_EXTRA_CA_CERTS=FILE (AWS_CA_BUNDLE is for other SDKs)";

function isCertificate(error: Error): boolean {
  return /^(?:\w*SELF_SIGNED\w*|UNABLE_TO_\w+)$/.test(codeOf(error) ?? '');
}

/** AWS's own words, and what its support asks for. */
function wordsOf(cause: Error): string {
  // Every address of a name was tried; the first says as much as all.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : undefined;
  const error = first instanceof Error ? first : cause;
  const { request } = metadataOf(error);
  const code = codeOf(error);
  const name = error.name === 'Error' ? code : error.name;
  // Answers without a body are given the text "UnknownError" by the SDK, which says nothing that the name does not.
  const isSaid = error.message !== '' && error.message !== 'UnknownError' && error.message !== error.name;
  const words = [name, isSaid ? firstLine(error.message) : undefined].filter((word) => word !== undefined).join(': ');
  return request === undefined ? words : `${words} (request ${request})`;
}

// The SDK adds lines about its own inner workings where an answer was no XML or JSON.
function firstLine(text: string): string {
  return text.split('\n')[0]!.trim();
}

function isUnreachable(error: Error): boolean {
  if (NETWORK.test(codeOf(error) ?? '')) return true;
  if (error.name === 'TimeoutError') return true;
  return error instanceof AggregateError && error.errors.some((one) => one instanceof Error && isUnreachable(one));
}

function metadataOf(error: Error): { status?: number | undefined; request?: string | undefined } {
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null) return {};
  const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  const request = 'requestId' in metadata ? metadata.requestId : undefined;
  return {
    status: typeof status === 'number' ? status : undefined,
    request: typeof request === 'string' ? request : undefined,
  };
}

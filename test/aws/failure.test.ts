import { describe, expect, test } from 'vitest';

import { awsFault, explainAwsError, isPassing } from '../../src/aws/failure.ts';
import type { PipelineError } from '../../src/definition/error.ts';

/** An error as the SDK makes it of a service's answer. */
function refusal(name: string, message: string, status: number, requestId?: string): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status, requestId } });
}

function explained(error: Error): Pick<PipelineError, 'code' | 'message' | 'detail' | 'failure'> {
  const { code, message, detail, failure } = explainAwsError(error, { doing: 'write s3://b/k' }) as PipelineError;
  return { code, message, detail, failure };
}

describe('what AWS refuses', () => {
  test.each<[string, Error, string, string, string]>([
    [
      'a bucket that is not there',
      refusal('NoSuchBucket', 'The specified bucket does not exist', 404, 'R1'),
      'aws-bucket-absent',
      'Cannot write s3://b/k: there is no such bucket',
      'NoSuchBucket: The specified bucket does not exist (request R1)',
    ],
    [
      'a right that lacks',
      refusal('AccessDenied', 'User: x is not authorized to perform: s3:PutObject', 403),
      'aws-access-denied',
      'Cannot write s3://b/k: access is denied',
      'AccessDenied: User: x is not authorized to perform: s3:PutObject',
    ],
    [
      'a KMS key that may not be used, which S3 calls a right that lacks',
      refusal('AccessDenied', 'User: x is not authorized to perform: kms:GenerateDataKey on resource: key', 403),
      'aws-kms-denied',
      'Cannot write s3://b/k: the KMS key may not be used',
      'AccessDenied: User: x is not authorized to perform: kms:GenerateDataKey on resource: key',
    ],
    [
      'a KMS key that is switched off',
      refusal('KMS.DisabledException', 'arn:aws:kms:… is disabled.', 400),
      'aws-kms-denied',
      'Cannot write s3://b/k: the KMS key may not be used',
      'KMS.DisabledException: arn:aws:kms:… is disabled.',
    ],
    [
      'a token that has expired',
      refusal('ExpiredToken', 'The provided token has expired.', 400),
      'aws-credentials-expired',
      'Cannot write s3://b/k: the credentials have expired',
      'ExpiredToken: The provided token has expired.',
    ],
    [
      'keys that nobody knows',
      refusal('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', 403),
      'aws-credentials-unknown',
      'Cannot write s3://b/k: AWS does not know the credentials',
      'InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.',
    ],
    [
      'no keys at all',
      Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' }),
      'aws-credentials-missing',
      'Cannot write s3://b/k: there are no AWS credentials',
      'CredentialsProviderError: Could not load credentials from any providers',
    ],
    [
      'a single sign-on that is over',
      Object.assign(new Error('The SSO session associated with this profile has expired.'), {
        name: 'CredentialsProviderError',
      }),
      'aws-credentials-expired',
      'Cannot write s3://b/k: the credentials have expired',
      'CredentialsProviderError: The SSO session associated with this profile has expired.',
    ],
    [
      'another region',
      refusal('PermanentRedirect', 'The bucket you are attempting to access must be addressed …', 301),
      'aws-region-wrong',
      'Cannot write s3://b/k: it is in another region',
      'PermanentRedirect: The bucket you are attempting to access must be addressed …',
    ],
    [
      'a clock that is wrong',
      refusal(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        403,
      ),
      'aws-clock-skewed',
      "Cannot write s3://b/k: this machine's clock is wrong",
      'RequestTimeTooSkewed: The difference between the request time and the current time is too large.',
    ],
    [
      'a signature of another time',
      refusal(
        'InvalidSignatureException',
        'Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z',
        400,
      ),
      'aws-clock-skewed',
      "Cannot write s3://b/k: this machine's clock is wrong",
      'InvalidSignatureException: Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z',
    ],
    [
      'too many requests, by its status alone',
      refusal('TooManyRequests', '', 429),
      'aws-throttled',
      'Cannot write s3://b/k: AWS wants fewer requests',
      'TooManyRequests',
    ],
    [
      'a page instead of an answer',
      refusal('SyntaxError', `Unexpected token '<'\n  Deserialization error: inspect $response`, 500),
      'aws-server-failed',
      'Cannot write s3://b/k: AWS failed',
      `SyntaxError: Unexpected token '<'`,
    ],
    [
      'whatever has no sentence of its own',
      refusal('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400),
      'aws-refused',
      'Cannot write s3://b/k',
      'EntityTooLarge: Your proposed upload exceeds the maximum allowed size',
    ],
    [
      'nobody at the other end',
      Object.assign(new AggregateError([Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })], ''), {
        code: 'ECONNREFUSED',
      }),
      'aws-unreachable',
      'Cannot write s3://b/k: AWS cannot be reached',
      'ECONNREFUSED: connect',
    ],
    [
      'a certificate that nobody vouches for',
      Object.assign(new Error('self-signed certificate in certificate chain'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
      'aws-unreachable',
      'Cannot write s3://b/k: AWS cannot be reached',
      'SELF_SIGNED_CERT_IN_CHAIN: self-signed certificate in certificate chain',
    ],
    [
      'a profile that there is not',
      Object.assign(
        new Error('Could not resolve credentials using profile: [nobody] in configuration/credentials file(s).'),
        {
          name: 'CredentialsProviderError',
        },
      ),
      'aws-credentials-missing',
      'Cannot write s3://b/k: there are no AWS credentials',
      'CredentialsProviderError: Could not resolve credentials using profile: [nobody] in configuration/credentials file(s).',
    ],
  ])('%s is said with AWS’s own words', (_, error, code, message, detail) => {
    expect(explained(error)).toEqual({ code, message, detail, failure: 'aws' });
  });

  test('a certificate of the own network is put right in the way that Node has', () => {
    const error = Object.assign(new Error('unable to get'), { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' });
    const { fix } = explainAwsError(error, { doing: 'a' }) as PipelineError;
    expect(fix).toContain('NODE_EXTRA_CA_CERTS=FILE');
  });

  test('is kept as the cause, and is not explained a second time', () => {
    const error = refusal('NoSuchBucket', 'gone', 404);
    const ours = explainAwsError(error, { doing: 'a', fix: 'make one', at: 'pipeline.ts:3' }) as PipelineError;
    expect(ours).toMatchObject({ cause: error, fix: 'make one', at: 'pipeline.ts:3' });
    expect(explainAwsError(ours, { doing: 'b' })).toBe(ours);
  });

  test('what does not come from AWS is given back as it is', () => {
    for (const thrown of [new TypeError('x is not a function'), 'text', undefined, new RangeError('too long')]) {
      expect(explainAwsError(thrown, { doing: 'a' })).toBe(thrown);
      expect(awsFault(thrown)).toBe(undefined);
    }
  });
});

test('what may pass is told from what will not', () => {
  const passing = ['SlowDown', 'ThrottlingException', 'RequestTimeout'].map((name) => refusal(name, '', 503));
  expect(passing.map(isPassing)).toEqual([true, true, true]);
  const lasting = ['AccessDenied', 'NoSuchBucket', 'ExpiredToken'].map((name) => refusal(name, '', 403));
  expect(lasting.map(isPassing)).toEqual([false, false, false]);
});

import { isPipelineError } from '../../../definition/error.ts';
import { element } from './xml.ts';

/** What S3 answers to a request that it does not do (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). */
export class S3Fault extends Error {
  override readonly name = 'S3Fault';
  readonly status: number;
  readonly code: string;
  /** What else its XML says: `BucketName`, `Key`. */
  readonly members: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, members: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.members = members;
  }
}

export function noSuchBucket(bucket: string): S3Fault {
  return new S3Fault(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket });
}

export function noSuchKey(key: string): S3Fault {
  return new S3Fault(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key });
}

export function noSuchUpload(id: string): S3Fault {
  const message =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
  return new S3Fault(404, 'NoSuchUpload', message, { UploadId: id });
}

export function invalidArgument(message: string, name: string, value: string): S3Fault {
  return new S3Fault(400, 'InvalidArgument', message, { ArgumentName: name, ArgumentValue: value });
}

export function preconditionFailed(condition: string): S3Fault {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return new S3Fault(412, 'PreconditionFailed', message, { Condition: condition });
}

export function malformed(): S3Fault {
  const message = 'The XML you provided was not well-formed or did not validate against our published schema';
  return new S3Fault(400, 'MalformedXML', message);
}

export function notImplemented(what: string): S3Fault {
  return new S3Fault(501, 'NotImplemented', `S3 on this machine does not do this: ${what}`);
}

/** The codes of the store's own errors as S3 has them; the store's sentence stays, since it says what to do here. */
const STORE_FAULTS: Readonly<Record<string, readonly [number, string]>> = {
  'bad-bucket': [400, 'InvalidBucketName'],
  'key-escapes': [400, 'InvalidURI'],
  'key-too-long': [400, 'KeyTooLongError'],
  'no-key': [405, 'MethodNotAllowed'],
  'no-such-object': [404, 'NoSuchKey'],
  'read-only': [403, 'AccessDenied'],
};

/** Anything thrown as what S3 would answer. */
export function faultOf(error: unknown): S3Fault {
  if (error instanceof S3Fault) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (!isPipelineError(error)) return new S3Fault(500, 'InternalError', message);
  const [status, code] = STORE_FAULTS[error.code] ?? [500, 'InternalError'];
  const more = [error.detail, error.fix].filter((text) => text !== undefined);
  return new S3Fault(status, code, [message, ...more].join('; '));
}

/** A fault as S3 writes it. */
export function faultXml({ code, message, members }: S3Fault, resource: string, request: string): string {
  return element('Error', { Code: code, Message: message, ...members, Resource: resource, RequestId: request });
}

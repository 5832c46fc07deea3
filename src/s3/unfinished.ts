import type { MultipartUpload } from '@aws-sdk/client-s3';
import { awsFault, explainAwsError } from '../aws/failure.ts';
import { type Access, ownerOf, sendingOf } from './access.ts';
import type { S3 } from './client.ts';
import type { Begun, SentPart } from './parts.ts';
import { type S3Location, formatS3Uri } from './uri.ts';

/** The newest upload of a key that was begun as ours are and not ended; none where nobody may know. */
export async function findUpload(s3: S3, to: S3Location, access: Access): Promise<Begun | undefined> {
  try {
    const uploads = await uploadsOf(s3, to, access);
    const [newest] = uploads
      .filter(({ ChecksumAlgorithm }) => ChecksumAlgorithm === 'SHA256')
      .toSorted((one, other) => (other.Initiated?.getTime() ?? 0) - (one.Initiated?.getTime() ?? 0));
    if (newest?.UploadId === undefined) return undefined;
    return { id: newest.UploadId, there: await partsOf(s3, to, newest.UploadId, access), isOld: true };
  } catch (error) {
    const fault = awsFault(error);
    if (fault === 'access-denied' || fault === 'absent') return undefined;
    throw explainAwsError(error, { doing: `look for an upload of ${formatS3Uri(to)} that was cut` });
  }
}

/** Ends the uploads of a key that are of no use any more, since the object is there. */
export async function abortOthers(
  s3: S3,
  to: S3Location,
  access: Access,
  abort: (id: string) => Promise<void>,
): Promise<void> {
  try {
    for (const { UploadId } of await uploadsOf(s3, to, access)) if (UploadId !== undefined) await abort(UploadId);
  } catch {
    // The object is there: who may not tidy up has still done what was asked for.
  }
}

async function uploadsOf(s3: S3, { bucket, key }: S3Location, access: Access): Promise<MultipartUpload[]> {
  // Keys come in order, the key itself before every longer one, so that one page has it.
  const request = { Bucket: bucket, Prefix: key, ...ownerOf(access) };
  const { Uploads = [] } = await s3.listMultipartUploads(request, sendingOf(access));
  return Uploads.filter(({ Key }) => Key === key);
}

async function partsOf(s3: S3, { bucket, key }: S3Location, id: string, access: Access): Promise<Begun['there']> {
  const there = new Map<number, SentPart>();
  let marker: string | undefined;
  do {
    const request = {
      Bucket: bucket,
      Key: key,
      UploadId: id,
      ...(marker === undefined ? {} : { PartNumberMarker: marker }),
      ...ownerOf(access),
    };
    const page = await s3.listParts(request, sendingOf(access));
    for (const { PartNumber: number, Size: size, ETag: etag, ChecksumSHA256: sha256 } of page.Parts ?? []) {
      if (number === undefined || size === undefined || etag === undefined) continue;
      there.set(number, { number, size, etag, sha256 });
    }
    marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return there;
}

import { type Access, asking, ownerOf, sendingOf } from './access.ts';
import type { S3 } from './client.ts';
import { type S3Location, formatS3Uri } from './uri.ts';

/** An object as a listing gives it. */
export interface ListedObject {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: Date | undefined;
}

/** Every object whose key begins with a prefix, in the order of the keys' bytes, page by page. */
export async function* listObjects(
  s3: S3,
  { bucket, key: prefix }: S3Location,
  access: Access = {},
): AsyncGenerator<ListedObject, void, undefined> {
  let token: string | undefined;
  do {
    const request = {
      Bucket: bucket,
      Prefix: prefix,
      ...(token === undefined ? {} : { ContinuationToken: token }),
      ...ownerOf(access),
    };
    const doing = `list ${formatS3Uri({ bucket, key: prefix })}`;
    const page = await asking(doing, s3.listObjectsV2(request, sendingOf(access)));
    for (const { Key, Size, ETag, LastModified } of page.Contents ?? []) {
      if (Key !== undefined) yield { bucket, key: Key, size: Size ?? 0, etag: ETag ?? '', modified: LastModified };
    }
    // An empty page may be followed by others.
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

import { createHash } from 'node:crypto';

/** What S3 knows of content: always an ETag, a SHA-256 in base64 where it was sent along. */
export interface Checksums {
  readonly size: number;
  readonly etag: string;
  readonly sha256?: string | undefined;
}

/** SHA-256 as S3 writes it: in base64. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** Whether what S3 holds are these bytes. Servers that keep no SHA-256 have an MD5 for the ETag of what was sent at once. */
export function isContent({ size, etag, sha256 }: Checksums, bytes: Uint8Array): boolean {
  if (size !== bytes.length) return false;
  if (sha256 !== undefined) return sha256 === sha256Of(bytes);
  return etag === `"${createHash('md5').update(bytes).digest('hex')}"`;
}

/** The SHA-256 of an object of several parts: over theirs, and their number. Unknown where that of a part is. */
export function sha256OfParts(parts: readonly Checksums[]): string | undefined {
  const sums = parts.flatMap(({ sha256 }) => (sha256 === undefined ? [] : [Buffer.from(sha256, 'base64')]));
  return sums.length === parts.length ? `${sha256Of(Buffer.concat(sums))}-${parts.length}` : undefined;
}

/** Whether what S3 holds is made of these parts. */
export function isMadeOf({ etag, sha256 }: Checksums, parts: readonly Checksums[]): boolean {
  const wanted = sha256OfParts(parts);
  if (sha256 !== undefined && wanted !== undefined) return withoutCount(sha256) === withoutCount(wanted);
  const etags = Buffer.concat(parts.map((part) => Buffer.from(part.etag.replaceAll('"', ''), 'hex')));
  return etag === `"${createHash('md5').update(etags).digest('hex')}-${parts.length}"`;
}

/** Other servers than AWS's leave the number of parts away. */
function withoutCount(checksum: string): string {
  return checksum.replace(/-\d+$/, '');
}

import { join } from 'node:path';

/** A part that is there, in a file. */
export interface StoredPart {
  readonly file: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly md5: string;
  readonly checksums: Readonly<Record<string, string>>;
  readonly modified: Date;
}

/** An upload that was begun and not ended. */
export interface OpenUpload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: Date;
  readonly headers: Readonly<Record<string, string>>;
  /** Which checksum the parts are to have. */
  readonly algorithm: string | undefined;
  readonly parts: Map<number, StoredPart>;
  readonly folder: string;
}

/** The uploads that were begun and not ended, and where their parts are meanwhile. */
export interface Uploads {
  readonly open: Map<string, OpenUpload>;
  readonly folder: string;
}

/** In the store, since the parts become objects there; no bucket begins with a dot. */
export function noUploads(storeFolder: string, name: string): Uploads {
  return { open: new Map(), folder: join(storeFolder, '.uploads', name) };
}

import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { type S3Server, type S3ServerOptions, startS3Server } from '../../../../src/run/local/s3-server/server.ts';
import { type Store, openStore } from '../../../../src/run/local/store/store.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** A store that is served, and the folder that is mapped to `s3://mapped/data`. */
export interface Served {
  readonly store: Store;
  readonly server: S3Server;
  readonly folder: string;
  readonly mapped: string;
}

/** Serves an empty store until the test ends. */
export async function served(options: Partial<S3ServerOptions> = {}): Promise<Served> {
  const folder = temporaryFolder();
  const unique = (digits: number): string => randomBytes(digits).toString('hex').slice(0, digits);
  const mapped = join(folder, 'mapped');
  mkdirSync(mapped);
  const mount = { place: { bucket: 'mapped', key: 'data' }, path: mapped, readOnly: true };
  const store = openStore(join(folder, 'store'), unique, [mount]);
  const server = await startS3Server({
    store,
    region: 'eu-west-1',
    now: () => new Date(),
    buckets: ['jobs'],
    ...options,
  });
  onTestFinished(() => server.stop());
  return { store, server, folder, mapped };
}

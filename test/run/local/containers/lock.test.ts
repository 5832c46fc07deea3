import { join } from 'node:path';
import { expect, test } from 'vitest';

import { withLock } from '../../../../src/run/local/containers/lock.ts';
import { describeWithPython } from '../../../support/python-environment.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const supervisor = { python: 'python3', env: process.env };

describeWithPython('a lock', () => {
  test.each(['before it is asked for', 'while it is waited for'])(
    'is not waited for once that is interrupted, %s',
    async (when) => {
      const file = join(temporaryFolder(), 'lock');
      const { signal: never } = new AbortController();
      const stop = new AbortController();
      if (when.startsWith('before')) stop.abort();
      let wasUsed = false;
      await withLock(supervisor, file, { waiting: () => {}, interrupted: never }, async () => {
        const waiting = (): void => stop.abort();
        const second = withLock(supervisor, file, { waiting, interrupted: stop.signal }, () => {
          wasUsed = true;
          return Promise.resolve();
        });
        await expect(second).rejects.toMatchObject({ code: 'cannot-lock' });
      });
      expect(wasUsed).toBe(false);
    },
  );
});

import { expect, test } from 'vitest';

import { type EnvironmentCache, environmentFor } from '../../../../src/run/local/containers/environments.ts';
import { describeWithPython } from '../../../support/python-environment.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { unique } from './process-containers.ts';

describeWithPython('an environment out of the index of this machine', () => {
  test('takes the nearest release where there is none of the number that is wanted', async () => {
    const cache: EnvironmentCache = {
      folder: temporaryFolder(),
      supervisor: { python: 'python3', env: process.env },
      unique,
      now: () => new Date(),
      interrupted: new AbortController().signal,
      tell: () => {},
    };
    // No release of this number was ever made: the two around it were.
    const { substituted } = await environmentFor(cache, { name: 'small 2.0', packages: { six: '1.16.5' } });
    expect(substituted).toEqual([{ what: 'six', wanted: '1.16.5', got: '1.16.0' }]);
  });
});

import { expect, test } from 'vitest';

import { killAtEveryChange } from './kill-at-every-change.ts';

test(
  'a runner that is killed before any change of the disk finishes, resumed, with the same bytes',
  { timeout: 600_000 },
  async () => {
    const { changes, made } = await killAtEveryChange('small');
    expect(changes).toBeGreaterThan(40);
    expect(made.filter((file) => file.includes('/groups/'))).toHaveLength(1);
  },
);

test(
  'a runner of a check, a training job and a search that is killed before any change of the disk finishes, resumed, with the same bytes',
  { timeout: 600_000 },
  async () => {
    const { changes, made } = await killAtEveryChange('long');
    expect(changes).toBeGreaterThan(100);
    expect(made.filter((file) => file.endsWith('/model.tar.gz'))).toHaveLength(4);
  },
);

import { vi } from 'vitest';

import { PATIENCE } from './patience.ts';

/** Looks until nothing is thrown, however slow the machine is; what is thrown at the end of all patience is the fault. */
export function eventually(assertion: () => unknown): Promise<unknown> {
  return vi.waitFor(assertion, { timeout: PATIENCE, interval: 20 });
}

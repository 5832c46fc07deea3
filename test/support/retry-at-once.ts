import { beforeEach, vi } from 'vitest';

/**
 * Before it asks again the SDK waits for a random share of a time that doubles: in the tests of this
 * file for the least.
 */
export function retryAtOnce(): void {
  beforeEach(() => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0);
    return () => random.mockRestore();
  });
}

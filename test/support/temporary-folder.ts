import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * A new, empty folder that is removed after the test.
 *
 * @example
 * const folder = temporaryFolder();         // within a test
 * const folder = temporaryFolder(afterAll); // for a whole `describe`
 */
export function temporaryFolder(afterwards: (remove: () => void) => unknown = onTestFinished): string {
  // macOS's temporary folder is a link, and programs report the place behind it.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sagemaker-pipelines-test-')));
  afterwards(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

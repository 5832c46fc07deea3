import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { describe } from 'vitest';

import { PATIENCE } from './patience.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const program = [process.env['CHROMIUM'], ...PLACES].find((path) => path !== undefined && existsSync(path));

/** A `describe` of what needs a real browser: skipped by its name where there is none. */
export function describeWithChromium(name: string, tests: () => void): void {
  describe.skipIf(program === undefined)(`${name} (needs Chromium)`, () => {
    tests();
  });
}

/** Starts a browser of its own, with an empty profile; whoever starts it closes it. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: program!,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    timeout: PATIENCE,
  });
}

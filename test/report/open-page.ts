import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';

import { type ReportRequest, renderReport } from '../../src/report/render-report.ts';
import { startChromium } from '../support/chromium.ts';
import { PATIENCE } from '../support/patience.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The one function of axe that is called here. */
interface Axe {
  readonly run: (options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

/** What a page says of itself when nothing of what it shows tried to run. */
const HARMLESS = { hacked: 0, refused: [] };

/** Opens pages in a browser that starts before the tests around it and ends behind them. */
export function usingBrowser(): (request: ReportRequest, options?: BrowserContextOptions) => Promise<Page> {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
  });

  /** Opens a page as a user does, from a file; whatever its console or the network says is a fault. */
  async function open(request: ReportRequest, options: BrowserContextOptions = {}): Promise<Page> {
    const file = join(temporaryFolder(), 'report.html');
    writeFileSync(file, renderReport(request));
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('console', (message) => faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('dialog', (dialog) => {
      faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) faults.push(`request: ${request.url()}`);
    });
    await page.addInitScript(`window.hacked = 0; window.refused = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => refused.push(effectiveDirective));`);
    onTestFinished(async () => {
      // Without scripts there is nobody to ask, and nothing that could have run.
      const asked = options.javaScriptEnabled === false ? HARMLESS : await page.evaluate('({ hacked, refused })');
      expect(asked).toEqual(HARMLESS);
      await context.close();
      expect(faults).toEqual([]);
    });
    await page.goto(pathToFileURL(file).href);
    return page;
  }
  return open;
}

/** What axe objects to, with the tags it means. */
export async function faultsOf(page: Page): Promise<string[]> {
  const axe = `(() => { const module = { exports: {} }; ${AXE}; return module.exports; })()`;
  const { violations } = await page.evaluate<Awaited<ReturnType<Axe['run']>>>(
    `${axe}.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}

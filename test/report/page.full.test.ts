import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import { type ReportRequest, renderReport } from '../../src/report/render-report.ts';
import { describeWithChromium, startChromium } from '../support/chromium.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  LINES,
  LINES_EVENTS,
  LINES_FILES,
  chains,
  ended,
  left,
  manySteps,
  ran,
  said,
  started,
  stepOf,
} from './told-run.ts';

const lines: ReportRequest = { name: 'lines', document: LINES, events: LINES_EVENTS, files: LINES_FILES };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The one function of axe that is called here. */
interface Axe {
  readonly run: (options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

/** What a page says of itself when nothing of what it shows tried to run. */
const HARMLESS = { hacked: 0, refused: [] };

describeWithChromium('the page', () => {
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

  const chosen = (page: Page): Promise<string> => page.locator('article.step:visible h3').innerText();
  const background = (page: Page): Promise<string> =>
    page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');

  async function faultsOf(page: Page): Promise<string[]> {
    const axe = `(() => { const module = { exports: {} }; ${AXE}; return module.exports; })()`;
    const { violations } = await page.evaluate<Awaited<ReturnType<Axe['run']>>>(
      `${axe}.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
    );
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
  }

  test('shows one step at a time: the one that is clicked in the graph, the timeline or the lineage', async () => {
    const page = await open(lines);
    expect(await chosen(page)).toBe('Prepare');
    await page.locator('#graph-drawing .node', { hasText: 'Fit' }).click();
    expect(await chosen(page)).toBe('Fit');
    await page.locator('.timeline').getByRole('link', { name: 'Decide' }).click();
    expect(await chosen(page)).toBe('Decide');
    await page.locator('svg.lineage .node', { hasText: 'Predict' }).click();
    expect(await chosen(page)).toBe('Predict');
    await page.locator('article:visible').getByRole('link', { name: 'Make' }).click();
    expect(await chosen(page)).toBe('Make');
    expect(page.url()).toMatch(/#step-4$/);
    expect(await page.locator('#graph-drawing .chosen title').innerHTML()).toBe('Make');
  });

  test('opens at the step that its address names, else at the one that failed', async () => {
    const { document, events } = manySteps(100);
    const page = await open({ name: 'many', document, events });
    expect(await chosen(page)).toBe('Customer-77');
    expect(await page.evaluate('scrollY')).toBe(0);
    await page.evaluate("location.hash = '#step-3'");
    expect(await chosen(page)).toBe('Customer-2');
  });

  test('finds steps by their names, by what they wrote and by what they were given', async () => {
    const page = await open(lines);
    const rows = page.locator('.row:visible');
    await page.getByRole('searchbox').fill('fit');
    expect(await page.locator('#found').innerText()).toMatch(/^\d of 6 steps$/);
    await page.getByRole('searchbox').fill('rows: 20');
    expect(await rows.allInnerTexts()).toEqual([expect.stringContaining('Prepare')]);
    await page.getByRole('searchbox').fill('LINES-model transforminput');
    expect(await page.locator('#found').innerText()).toBe('1 of 6 steps');
    expect(await chosen(page)).toBe('Predict');
    expect(await page.locator('#graph-drawing .node.dim').count()).toBe(5);
    await page.keyboard.press('Escape');
    expect(await rows.count()).toBe(6);
  });

  test('shows the steps of a state', async () => {
    const page = await open(lines);
    await page.getByRole('button', { name: '1 skipped' }).click();
    expect(await chosen(page)).toBe('Stop');
    expect(await page.locator('.row:visible').count()).toBe(1);
    await page.getByRole('button', { name: '1 skipped' }).click();
    expect(await page.locator('.row:visible').count()).toBe(6);
  });

  test('can be used without a mouse', async () => {
    const page = await open(lines);
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.id')).toBe('search');
    await page.keyboard.type('transform');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const third = await chosen(page);
    await page.keyboard.press('k');
    expect(await chosen(page)).not.toBe(third);
    await page.locator('#graph-drawing .node[tabindex="0"]').focus();
    const seen = new Set<string>();
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowDown', 'ArrowDown', 'ArrowDown']) {
      await page.keyboard.press(key);
      seen.add(await chosen(page));
    }
    expect(seen.size).toBeGreaterThan(2);
    expect(await page.evaluate("document.activeElement.closest('.node').classList.contains('chosen')")).toBe(true);
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').isVisible()).toBe(false);
  });

  test('is as dark as the system is, and as whoever reads it wants it', async () => {
    const light = await open(lines, { colorScheme: 'light' });
    const dark = await open(lines, { colorScheme: 'dark' });
    const [day, night] = [await background(light), await background(dark)];
    expect(day).not.toBe(night);
    await light.getByRole('button', { name: /light and dark/ }).click();
    expect(await background(light)).toBe(night);
    await light.reload();
    expect(await background(light)).toBe(night);
    await dark.keyboard.press('t');
    expect(await background(dark)).toBe(day);
  });

  test.each(['light', 'dark'] as const)('has nothing that axe objects to: %s', async (colorScheme) => {
    const page = await open(lines, { colorScheme });
    expect(await faultsOf(page)).toEqual([]);
    await page.locator('#graph-drawing .node', { hasText: 'Fit' }).click();
    for (const summary of await page.locator('summary:visible').all()) await summary.click();
    expect(await faultsOf(page)).toEqual([]);
  });

  test('has nothing that axe objects to: a failure, a definition, a small screen', async () => {
    const { document, events } = manySteps(30);
    const failed = events.map((event) =>
      event.type === 'step-ended' && event.step === 'Customer-7'
        ? { ...event, state: 'failed' as const, reason: 'no', tail: ['Killed'] }
        : event,
    );
    expect(await faultsOf(await open({ name: 'failed', document, events: failed }))).toEqual([]);
    expect(await faultsOf(await open({ name: 'lines', document: LINES }))).toEqual([]);
    const page = await open(lines, { viewport: { width: 390, height: 800 } });
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });

  const HOSTILE = [
    '<script>window.hacked++</script>',
    '"><img src=x onerror=window.hacked++>',
    "';window.hacked++;//",
    '</style><script>window.hacked++</script>',
    '</title></svg></pre><svg onload=window.hacked++>',
    '<!--<script>',
    '&lt;b&gt;\u0000\u001B[31mred\u202Eder',
    'javascript:window.hacked++',
    '${window.hacked++}{{constructor.constructor("window.hacked++")()}}',
    '\uD800',
  ];

  test('shows hostile texts as what they are, wherever they stand, and runs none of them', async () => {
    const all = HOSTILE.join(' ');
    const steps = HOSTILE.map((text) => stepOf(text, text, { [text]: text }, { DisplayName: text, Description: text }));
    const Conditions = HOSTILE.map((text) => ({
      Type: 'Equals',
      LeftValue: { 'Std:JsonGet': { PropertyFile: { Get: `Steps.${text}.PropertyFiles.E` }, Path: text } },
      RightValue: text,
    }));
    const decide = stepOf('Decide', 'Condition', { Conditions, IfSteps: [stepOf(all, 'Fail', {})] });
    const document = {
      Version: '2020-12-01',
      Parameters: HOSTILE.map((text) => ({ Name: text, DefaultValue: text })),
      Steps: [...steps, decide],
    };
    const target = `s3://bucket/${all}`;
    const counts = Object.fromEntries(HOSTILE.map((text) => [text, 1]));
    const measured = {
      ...counts,
      [`confusion ${all}`]: Object.fromEntries(HOSTILE.map((text) => [text, counts])),
      curves: Object.fromEntries(HOSTILE.map((text) => [text, [1, 2, 3]])),
      features: HOSTILE.map((name) => ({ name, [name]: 0.5 })),
    };
    const code = 'not-on-this-machine';
    const diagnostic = { code, severity: 'warning', message: all, detail: all, fix: all, path: all } as const;
    const files = left({
      arguments: { S3Uri: target },
      logs: [{ stream: 'stdout', lines: HOSTILE, isCut: true }],
      outputs: [
        {
          target,
          objects: 2,
          isMore: true,
          bytes: 2,
          previews: [
            { name: all, size: 1, isCut: true, rows: [HOSTILE] },
            { name: all, size: 1, isCut: true, columns: HOSTILE, rows: [HOSTILE] },
            { name: all, size: 1, isCut: true, lines: HOSTILE },
          ],
        },
      ],
      series: HOSTILE.map((name) => ({ name, values: [1, 2] })),
      evaluations: [{ file: all, propertyFile: all, content: measured }],
    });
    const events = [
      started(Object.fromEntries(HOSTILE.map((text) => [text, text]))),
      said(0, { type: 'diagnostic', diagnostic }),
      said(0, { type: 'diagnostic', diagnostic, step: HOSTILE[0]! }),
      said(0, { type: 'progress', message: all }),
      ...ran('Decide', [0, 1], { facts: { outcome: true } }),
      ...HOSTILE.flatMap((text, index) =>
        ran(text, [index, index + 1], {
          state: index === 1 ? 'failed' : 'succeeded',
          reason: all,
          tail: HOSTILE,
          outputs: [{ title: all, target }],
          facts: { [text]: text },
        }),
      ),
      ended(20, 'failed'),
    ];
    const page = await open({ name: all, document, events, files: new Map(HOSTILE.map((text) => [text, files])) });
    expect(await page.locator('h1').innerText()).toContain(HOSTILE[0]);
    expect(await page.locator('script').count()).toBe(1);
    expect(await page.locator('img').count()).toBe(0);
    expect(
      await page.locator('[onload], [onerror], a:not([href^="#"]), iframe, form:not([method=dialog])').count(),
    ).toBe(0);
    for (const summary of await page.locator('summary:visible').all()) await summary.click();
    await page.getByRole('searchbox').fill('<script>');
    expect(await page.locator('#found').innerText()).toBe('12 of 12 steps');
    const cells = await page.locator('article:visible .preview td').allTextContents();
    expect(cells.slice(0, 6)).toEqual(HOSTILE.slice(0, 6));
  });

  test('its own rules stop a script and a picture that got into it all the same', async () => {
    const page = await open(lines);
    page.removeAllListeners('console');
    page.removeAllListeners('request');
    const blocked = page.waitForEvent('console', (message) => message.text().includes('inline event handler'));
    const refused = page.waitForEvent('requestfailed');
    const bad = `<button id="bad" onclick="window.hacked++">x</button><img src="https://example.com/x.png" alt="">`;
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(bad)})`);
    await page.evaluate("document.getElementById('bad').click()");
    await blocked;
    expect((await refused).failure()?.errorText).toBe('csp');
    const added = page.waitForEvent('console', (message) => message.text().includes('inline script'));
    await page.evaluate(
      "document.body.append(Object.assign(document.createElement('script'), { text: 'window.hacked++' }))",
    );
    await added;
    const directives = await page.evaluate<string[]>('window.refused.splice(0)');
    expect(new Set(directives)).toEqual(new Set(['script-src-attr', 'script-src-elem', 'img-src']));
  });

  test('stays readable at 500 steps', async () => {
    const { document, events } = manySteps(500);
    const page = await open({ name: 'many', document, events });
    expect(await chosen(page)).toBe('Customer-77');
    const node = page.locator('#graph-drawing .node.chosen');
    const canvas = (await page.locator('#canvas').boundingBox())!;
    const isSeen = async (): Promise<boolean> => {
      const box = (await node.boundingBox())!;
      const isAcross = box.x >= canvas.x && box.x + box.width <= canvas.x + canvas.width;
      return isAcross && box.y >= canvas.y && box.y + box.height <= canvas.y + canvas.height && box.height > 20;
    };
    expect(await isSeen()).toBe(true);
    await page.getByRole('searchbox').fill('customer-498');
    expect(await page.locator('#found').innerText()).toMatch(/ of 500 steps$/);
    await page.getByRole('searchbox').press('Enter');
    expect(await isSeen()).toBe(true);
    expect(await page.locator('article.step:visible').count()).toBe(1);
    await page.getByRole('button', { name: 'Fit' }).click();
    expect((await page.locator('#graph-drawing').boundingBox())!.width).toBeLessThanOrEqual(canvas.width);
    expect(await faultsOf(page)).toEqual([]);
  });

  test.each([
    ['side by side', manySteps(500)],
    ['in chains', chains(20, 25)],
  ])('500 steps %s stand beside each other and keep their texts to themselves', async (_, { document, events }) => {
    const page = await open({ name: 'many', document, events });
    const nodes = await page.evaluate<(readonly [number, number, number, number])[][]>(`
      [...document.querySelectorAll('#graph-drawing .node')].map((node) =>
        [node.querySelector('rect'), ...node.querySelectorAll('text')].map((part) => {
          const { left, top, right, bottom } = part.getBoundingClientRect();
          return [left, top, right, bottom];
        }))`);
    expect(nodes).toHaveLength(500);
    const boxes = nodes.map(([box]) => box!);
    const isApart = (one: (typeof boxes)[number], other: (typeof boxes)[number]): boolean =>
      one[2] <= other[0] || other[2] <= one[0] || one[3] <= other[1] || other[3] <= one[1];
    const overlaps = boxes.flatMap((one, index) => boxes.slice(index + 1).filter((other) => !isApart(one, other)));
    expect(overlaps).toEqual([]);
    for (const [[left, top, right, bottom] = [0, 0, 0, 0], ...texts] of nodes) {
      for (const text of texts.filter(([start, , end]) => end > start)) {
        expect(text[0] >= left && text[1] >= top - 1 && text[2] <= right && text[3] <= bottom + 1).toBe(true);
      }
    }
    const letters = await page.evaluate<number>(
      "document.querySelector('#graph-drawing .title').getBoundingClientRect().height",
    );
    expect(letters).toBeGreaterThan(10);
  });

  test('on a small screen a step that is chosen comes into sight, and nothing is wider than the screen', async () => {
    const { document, events } = manySteps(60);
    const small = { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true };
    for (const request of [lines, { name: 'many', document, events }]) {
      const page = await open(request, small);
      await page.locator('#graph-drawing .node').nth(1).tap();
      const details = (await page.locator('article.step:visible').boundingBox())!;
      expect(details.y).toBeLessThan(800);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    }
  });

  test('says everything without its script, and on paper', async () => {
    const plain = await open(lines, { javaScriptEnabled: false });
    expect(await plain.locator('article.step:visible').count()).toBe(6);
    const page = await open(lines);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('article.step:visible').count()).toBe(6);
    expect(await page.locator('nav').isVisible()).toBe(false);
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
  });

  test('the graph grows and shrinks with the keys and the buttons', async () => {
    const page = await open(lines);
    const width = async (): Promise<number> => (await page.locator('#graph-drawing').boundingBox())!.width;
    const before = await width();
    await page.keyboard.press('+');
    expect(await width()).toBeCloseTo(before * 1.25, 0);
    await page.getByRole('button', { name: 'Smaller' }).click();
    expect(await width()).toBeCloseTo(before, 0);
  });
});

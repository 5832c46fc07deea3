import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';

import type { ReportRequest } from '../../src/report/render-report.ts';
import { describeWithChromium } from '../support/chromium.ts';
import { faultsOf, usingBrowser } from './open-page.ts';
import { LINES, LINES_EVENTS, LINES_FILES, chains, manySteps } from './told-run.ts';

const lines: ReportRequest = { name: 'lines', document: LINES, events: LINES_EVENTS, files: LINES_FILES };

describeWithChromium('the page', () => {
  const open = usingBrowser();
  const chosen = (page: Page): Promise<string> => page.locator('article.step:visible h3').innerText();
  const background = (page: Page): Promise<string> =>
    page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');

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

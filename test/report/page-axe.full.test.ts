import { expect, test } from 'vitest';

import type { ReportRequest } from '../../src/report/render-report.ts';
import { describeWithChromium } from '../support/chromium.ts';
import { faultsOf, usingBrowser } from './open-page.ts';
import { LINES, LINES_EVENTS, LINES_FILES, ended, left, manySteps, ran, said, started, stepOf } from './told-run.ts';

const lines: ReportRequest = { name: 'lines', document: LINES, events: LINES_EVENTS, files: LINES_FILES };

describeWithChromium('the page for everybody', () => {
  const open = usingBrowser();

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

  test('has nothing that axe objects to: outputs of one name, what many steps read, words as long as places', async () => {
    const place = (name: string): string => `s3://bucket/${'a-long-name-'.repeat(10)}/${name}`;
    const readers = ['Normalise', 'Evaluate', 'RegisterLater', 'Compare', 'Describe', 'Archive'];
    const given = { S3Uri: place('one') };
    const steps = [stepOf('Prepare', 'Processing', {}), ...readers.map((name) => stepOf(name, 'Processing', given))];
    const events = [
      started(),
      said(0, { type: 'progress', message: `Prepare runs, as ${place('one')} was ${place('two')}` }),
      ...ran('Prepare', [0, 1], { outputs: ['one', 'two'].map((title) => ({ title, target: place(title) })) }),
      ...readers.flatMap((name) => ran(name, [1, 2])),
      ended(2),
    ];
    const previews = [{ name: 'rows.csv', size: 9, isCut: false, rows: [['1', '2']] }];
    const outputs = ['one', 'two'].map((title) => ({
      target: place(title),
      objects: 1,
      isMore: false,
      bytes: 9,
      previews,
    }));
    const trials = [3, 2, 1, 5].map((depth) => ({
      job: `job-${depth}`,
      status: 'Completed',
      choice: { depth: `${depth}` },
      metric: 'auc',
      value: 1 / depth,
    }));
    const files = new Map([
      ['Prepare', left({ outputs })],
      ['Archive', left({ trials })],
    ]);
    const request = { name: 'crowded', document: { Version: '2020-12-01', Steps: steps }, events, files };
    for (const width of [1400, 390]) {
      const page = await open(request, { viewport: { width, height: 900 } });
      for (const summary of await page.locator('summary:visible').all()) await summary.click();
      expect(await faultsOf(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    }
  });
});

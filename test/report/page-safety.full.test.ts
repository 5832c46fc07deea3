import { expect, test } from 'vitest';

import type { ReportRequest } from '../../src/report/render-report.ts';
import { describeWithChromium } from '../support/chromium.ts';
import { usingBrowser } from './open-page.ts';
import { LINES, LINES_EVENTS, LINES_FILES, ended, left, ran, said, started, stepOf } from './told-run.ts';

const lines: ReportRequest = { name: 'lines', document: LINES, events: LINES_EVENTS, files: LINES_FILES };

describeWithChromium('the page as a target', () => {
  const open = usingBrowser();
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
});

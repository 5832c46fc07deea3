import { sayCount } from '../definition/count.ts';
import type { Json } from '../definition/document.ts';
import { type Html, html } from './html.ts';

const LONGEST = 60_000;
/** Keys, texts, and what is neither: numbers, true, false, null. */
const TOKENS = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)/g;

/** JSON as it is read: indented, its keys and values told apart. */
export function showJson(value: Json): Html {
  const whole = JSON.stringify(value, null, 2);
  const text = whole.slice(0, LONGEST);
  const parts: Html[] = [];
  let at = 0;
  for (const found of text.matchAll(TOKENS)) {
    const [all, quoted, colon, bare] = found;
    parts.push(html`${text.slice(at, found.index)}`);
    if (quoted === undefined) parts.push(html`<b>${bare}</b>`);
    else if (colon === undefined) parts.push(html`<i>${quoted}</i>`);
    else parts.push(html`<span>${quoted}</span>${colon}`);
    at = found.index + all.length;
  }
  parts.push(html`${text.slice(at)}`);
  const rest = whole.length - text.length;
  const note = rest > 0 ? html`<p class="quiet">${sayCount(rest, 'character')} more are not shown.</p>` : undefined;
  return html`<pre class="json" tabindex="0">${parts}</pre>
    ${note}`;
}

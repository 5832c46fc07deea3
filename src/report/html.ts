/** Text that is HTML already; whatever else stands in a template is escaped. */
export interface Html {
  readonly html: string;
}

/** What a template takes: lists are put one after the other, `undefined` and `false` are nothing. */
type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[];

/**
 * HTML in which every value is text, unless it was made here too.
 *
 * @example html`<td>${cell}</td>`
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = strings[0]!;
  for (const [index, value] of values.entries()) text += textOf(value) + strings[index + 1]!;
  return { html: text };
}

function textOf(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeText(value);
  if ('html' in value) return value.html;
  return value.map(textOf).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as it stands in HTML, between tags as well as between quotes. */
export function escapeText(text: string): string {
  return (
    text
      .replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter]!)
      // Controls mean nothing on a page, and HTML forbids some of them.
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/g, '\uFFFD')
  );
}

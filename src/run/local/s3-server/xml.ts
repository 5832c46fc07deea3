/** What an element holds: text, elements by their names, or several of one name. */
export type Content = string | number | boolean | undefined | { readonly [name: string]: Content | readonly Content[] };

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A whole document of one element. */
export function documentOf(name: string, content: { readonly [name: string]: Content | readonly Content[] }): string {
  return `${DECLARATION}<${name} xmlns="${NAMESPACE}">${inside(content)}</${name}>`;
}

/** A whole document as errors are: without a namespace. */
export function element(name: string, content: { readonly [name: string]: Content }): string {
  return `${DECLARATION}<${name}>${inside(content)}</${name}>`;
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

function inside(content: Content): string {
  if (content === undefined) return '';
  if (typeof content !== 'object') return escape(String(content));
  return Object.entries(content)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one: Content) => [name, one] as const))
    .map(([name, value]) => (value === undefined ? '' : `<${name}>${inside(value)}</${name}>`))
    .join('');
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** As S3 does it, also what XML has no way to say: a parser then says so, which a client avoids by `encoding-type=url`. */
function escape(text: string): string {
  return text.replace(/[&<>"\p{Cc}]/gu, (sign) => ESCAPES[sign] ?? `&#x${sign.charCodeAt(0).toString(16)};`);
}

/** What stands in every element of this name, at any depth: enough for the few documents that clients send. */
export function contentsOf(xml: string, name: string): string[] {
  const pattern = new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?(?:/>|>([\\s\\S]*?)</(?:\\w+:)?${name}>)`, 'g');
  return [...xml.matchAll(pattern)].map((match) => match[1] ?? '');
}

/** The text of the first element of this name. */
export function textOf(xml: string, name: string): string | undefined {
  const [content] = contentsOf(xml, name);
  return content === undefined ? undefined : unescape(content);
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescape(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    const point = Number.parseInt(hex ?? decimal ?? '', hex === undefined ? 10 : 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

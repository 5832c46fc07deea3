import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import ts from 'typescript-5';

import { readTree } from '../../../scripts/laws.mjs';
import { importsOf, scan } from '../../../scripts/laws/scan.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
// Tables that a script wrote are long and alike.
const sources = readTree(root).filter(({ path }) => /\.(?:ts|mts|mjs)$/.test(path) && !path.includes('/generated/'));

const OPTIONS = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };

/** The words and strings of a text as TypeScript's own parser (5.9 still offers one) tells them, a line each. */
function leaves(text: string): string {
  const file = ts.createSourceFile('a.ts', text, OPTIONS);
  const found: string[] = [];
  const tell = (node: ts.Node, kind: string, text: string): void => {
    found.push(`${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1} ${kind} ${text}`);
  };
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(file);
    const text = children.length > 0 ? '' : node.getText(file);
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) tell(node, 'string', text.slice(1, -1));
    else if (/^[@#]?[\p{ID_Start}$_]/u.test(text)) tell(node, 'word', text);
    for (const child of children) visit(child);
  };
  visit(file);
  return found.join('\n');
}

const ours = (text: string): string =>
  scan(text)
    .filter(({ kind }) => kind === 'word' || kind === 'string')
    .map(({ line, kind, text }) => `${line} ${kind} ${text}`)
    .join('\n');

/** The first word or string that is told otherwise. */
function firstOtherwise(text: string): string {
  const [own, theirs] = [ours(text).split('\n'), leaves(text).split('\n')];
  const at = own.findIndex((word, index) => word !== theirs[index]);
  return `${own.at(at)}, where TypeScript reads ${theirs.at(at)}`;
}

test('the scanner reads every source as TypeScript does', () => {
  expect(sources.length).toBeGreaterThan(500);
  const differing = sources.filter(({ text }) => ours(text) !== leaves(text));
  expect(differing.map(({ path, text }) => `${path}: ${firstOtherwise(text)}`)).toEqual([]);
});

test('text that looks like code, and code within text, are told apart', () => {
  const text = [
    '#!/usr/bin/env node',
    `const a = b / 2 /* / ' */ + c[0]! / 3; // it's`,
    'const d = `x ${f({ g: `${h}` })} } ${"}"} y` + /[/`"\'\\]]+/gu.exec(i);',
    'const j = !/`/.test(k) ? l?.m : (n) / 2 / o;',
    'const p = `${`${{}}`}`, q = `\\`\\${r}`; return /"/;',
    'type S = `${T}/`; const u = [...v, w++ / 2];',
  ].join('\n');
  expect(ours(text)).toBe(leaves(text));
});

test('a list of names ends where a statement ends, even without a semicolon', () => {
  const text = `export { a }\nimport b, { from } from 'b'\nexport type C = D\nexport * from 'e'`;
  expect(importsOf(scan(text))).toEqual([
    { specifier: 'b', kind: 'value', line: 2 },
    { specifier: 'e', kind: 'value', line: 4 },
  ]);
});

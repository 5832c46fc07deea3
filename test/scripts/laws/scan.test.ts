import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import ts from 'typescript-5';

import { readTree } from '../../../scripts/laws.mjs';
import { importsOf, scan } from '../../../scripts/laws/scan.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
// Tables that a script wrote are long and alike.
const sources = readTree(root).filter(({ path }) => /\.(?:ts|mts|mjs)$/.test(path) && !path.includes('/generated/'));

/** The words and strings of a text as TypeScript's own parser (5.9 still offers one) tells them, each with its line. */
function leaves(text: string): string[] {
  const file = ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const children = node.getChildren().filter((child) => !ts.isJSDoc(child));
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
      found.push(`${line} string ${node.getText().slice(1, -1)}`);
    } else if (children.length > 0) {
      for (const child of children) visit(child);
    } else if (/^[@#]?[\p{ID_Start}$_]/u.test(node.getText())) {
      found.push(`${line} word ${node.getText()}`);
    }
  };
  visit(file);
  return found;
}

const ours = (text: string) =>
  scan(text)
    .filter(({ kind }) => kind === 'word' || kind === 'string')
    .map(({ line, kind, text }) => `${line} ${kind} ${text}`);

test.each(sources)('the scanner reads $path as TypeScript does', ({ text }) => {
  expect(ours(text)).toEqual(leaves(text));
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
  expect(ours(text)).toEqual(leaves(text));
});

test('a list of names ends where a statement ends, even without a semicolon', () => {
  const text = `export { a }\nimport b, { from } from 'b'\nexport type C = D\nexport * from 'e'`;
  expect(importsOf(scan(text))).toEqual([
    { specifier: 'b', kind: 'value', line: 2 },
    { specifier: 'e', kind: 'value', line: 4 },
  ]);
});

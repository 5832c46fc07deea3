// @ts-check

/**
 * A piece of TypeScript; comments and white space are left out.
 *
 * @typedef {{ kind: 'word' | 'string' | 'template' | 'number' | 'regex' | 'sign', text: string, line: number }} Token
 */

/**
 * What a file takes from another: a `value` or a `type` import (`export … from` is one too), or a `lazy` one, while it runs.
 *
 * @typedef {{ specifier: string, kind: 'value' | 'type' | 'lazy', line: number }} Import
 */

const BLANK = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)+/y;
const WORD = /[@#]?[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;
const NUMBER = /\d[\w.]*/y;
const STRING = /'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;
/** From a backtick, or from the brace that ends an inserted expression, up to the next expression or the end. */
const TEMPLATE = /[`}](?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/y;
const SIGN = /\.\.\.|=>|\?\.|\+\+|--|[^]/y;

/** After these words a slash begins a regular expression; after any other word it divides. */
const BEFORE_VALUE = new Set(
  'return typeof case in of delete void throw new instanceof await yield else do default extends'.split(' '),
);

/**
 * The tokens of a TypeScript file. TypeScript 7 offers no parser to programs, and the laws need no more than this.
 *
 * @param {string} text
 * @returns {Token[]}
 */
export function scan(text) {
  /** @type {Token[]} */
  const tokens = [];
  /** Open braces within each template expression that is being read. @type {number[]} */
  const open = [];
  let line = 1;
  let position = text.startsWith('#!') ? text.indexOf('\n') : 0;
  /** @param {RegExp} pattern */
  const take = (pattern) => {
    pattern.lastIndex = position;
    return pattern.exec(text)?.[0];
  };
  /** @returns {[Token['kind'] | 'blank', string]} */
  const next = () => {
    const char = text[position];
    const top = open.at(-1);
    /** @type {string | undefined} */
    let found;
    if ((found = take(BLANK))) return ['blank', found];
    if ((found = take(WORD))) return ['word', found];
    if ((found = take(NUMBER))) return ['number', found];
    if ((found = take(STRING))) return ['string', found];
    if (char === '/' && startsValue(tokens, text[position - 1]) && (found = take(REGEX))) return ['regex', found];
    if ((char === '`' || (char === '}' && top === 0)) && (found = take(TEMPLATE))) {
      if (char === '}') open.pop();
      if (found.endsWith('${')) open.push(0);
      return [char === '`' && found.endsWith('`') ? 'string' : 'template', found];
    }
    if (top !== undefined && char === '{') open[open.length - 1] = top + 1;
    if (top !== undefined && char === '}') open[open.length - 1] = top - 1;
    return ['sign', take(SIGN) ?? ''];
  };
  while (position >= 0 && position < text.length) {
    const [kind, found] = next();
    if (kind !== 'blank') tokens.push({ kind, text: kind === 'string' ? found.slice(1, -1) : found, line });
    line += found.split('\n').length - 1;
    position += found.length;
  }
  return tokens;
}

/**
 * Whether a value may begin after these tokens, so that a slash there is no division.
 *
 * @param {Token[]} tokens
 * @param {string | undefined} charBefore
 */
function startsValue(tokens, charBefore) {
  const last = tokens.at(-1);
  if (last === undefined) return true;
  if (last.kind === 'word') return BEFORE_VALUE.has(last.text) && tokens.at(-2)?.text !== '.';
  if (last.kind !== 'sign') return last.kind === 'template' && last.text.endsWith('${');
  // `!/x/` is written without a space, `list[0]! / 2` with one.
  if (last.text === '!') return charBefore === '!';
  return ![')', ']', '}', '++', '--'].includes(last.text);
}

/**
 * Everything a file imports or re-exports, types and lazy imports included.
 *
 * @param {Token[]} tokens
 * @returns {Import[]}
 */
export function importsOf(tokens) {
  /** @type {Import[]} */
  const imports = [];
  for (const [index, token] of tokens.entries()) {
    const [before, after, second] = [tokens[index - 1], tokens[index + 1], tokens[index + 2]];
    if (token.kind === 'word' && before?.text !== '.' && before?.text !== '?.') {
      if (token.text === 'import' && after?.kind === 'string') {
        imports.push({ specifier: after.text, kind: 'value', line: token.line });
      } else if (token.text === 'import' || token.text === 'export') {
        const specifier = source(tokens, index + 1);
        const isType = after?.text === 'type' && second?.text !== 'from' && second?.text !== ',';
        if (specifier !== undefined) imports.push({ specifier, kind: isType ? 'type' : 'value', line: token.line });
      }
    }
    // `import('x')`, `require('x')`, `createRequire(import.meta.url)('x')` and, for an SDK, a loader of any other name.
    if (token.kind === 'sign' && token.text === '(' && after?.kind === 'string') {
      const isLoader =
        before?.text === 'import' ||
        before?.text === 'require' ||
        (after.text.startsWith('@aws-sdk/') && (before?.kind === 'word' || before?.text === ')'));
      const kind = tokens[index - 2]?.text === 'typeof' ? 'type' : 'lazy';
      if (isLoader) imports.push({ specifier: after.text, kind, line: after.line });
    }
  }
  return imports;
}

/**
 * The `'x'` of `{ a, b } from 'x'`, or undefined where something else than a list of names stands.
 *
 * @param {Token[]} tokens
 * @param {number} start
 */
function source(tokens, start) {
  for (let index = start; index < tokens.length; index++) {
    const token = tokens[index];
    const after = tokens[index + 1];
    if (token === undefined) return undefined;
    if (token.kind === 'word' && token.text === 'from' && after?.kind === 'string') return after.text;
    const isName = token.kind === 'word' && !['import', 'export', 'const', 'function', 'class'].includes(token.text);
    if (!isName && token.kind !== 'string' && !['{', '}', ',', '*'].includes(token.text)) return undefined;
  }
  return undefined;
}

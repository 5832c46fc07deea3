// @ts-check

/** Patterns that say nothing: any text, or any text that fits its lengths. */
const ANY = new Set(['[\\s\\S]*', '[\\S\\s]*', '(?s).*']);

/**
 * A pattern of an API model as the inside of `^(?:…)$`, a regular expression with the flag `u`: the model's are
 * Java's and hold for the whole text. What JavaScript cannot take is an error here, so that none is lost quietly. Empty when the
 * pattern lets everything through.
 *
 * @param {string} pattern
 */
export function translatePattern(pattern) {
  if (ANY.has(pattern)) return '';
  // Some end in `${1,128}`: a length that slipped out of its bounds, and no pattern in either language.
  const source = escapes(
    pattern
      .replace(/\$\{\d+,\d+\}$/, '')
      .replace(/^\^/, '')
      .replace(/(?<!\\)\$$/, ''),
  );
  const whole = `^(?:${source})$`;
  try {
    return new RegExp(whole, 'u').source.slice('^(?:'.length, -')$'.length);
  } catch (cause) {
    throw new Error(`the pattern ${pattern} does not become a regular expression: ${whole}`, { cause });
  }
}

const SYNTAX = /[\^$\\.*+?()[\]{}|/]/;

/**
 * With `u`, only a letter that means something may follow a backslash; Java lets any sign follow it.
 *
 * @param {string} pattern
 */
function escapes(pattern) {
  let text = '';
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at] ?? '';
    if (sign !== '\\') {
      // A hyphen after a class of letters (`[\w-.]`) is itself.
      const isHyphen = inClass && sign === '-' && /(?:\\[wdsWDS]|\})$/.test(text) && pattern[at + 1] !== ']';
      text += isHyphen ? '\\-' : sign;
      // Java takes an opening bracket within brackets for another class: no model has one.
      if (sign === '[') inClass = true;
      if (sign === ']') inClass = false;
      continue;
    }
    const next = pattern[++at] ?? '';
    if (pattern.startsWith('p{Alnum}', at)) {
      text += inClass ? 'A-Za-z0-9' : '[A-Za-z0-9]';
      at += 'p{Alnum}'.length - 1;
    } else if (/[A-Za-z0-9]/.test(next) || SYNTAX.test(next) || (inClass && next === '-')) {
      text += `\\${next}`;
    } else {
      text += next;
    }
  }
  return text;
}

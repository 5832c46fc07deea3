import { type Renderer, rendererFor } from '../render.ts';
import type { Context } from '../context.ts';

/** How text looks on one output: with colours, or without. */
export interface Style {
  readonly paint: (text: string, colour: Colour) => string;
  readonly diagnostic: Renderer;
}

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold' | number;

const CODES = { red: '31', green: '32', yellow: '33', cyan: '36', dim: '2', bold: '1' } as const;

/** Colours for a context's stderr where it is a screen and nobody said NO_COLOR (https://no-color.org). */
export function styleFor(context: Pick<Context, 'stderr' | 'env' | 'cwd'>): Style {
  const { stderr, env } = context;
  const isColoured = stderr.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const paint = (text: string, colour: Colour): string => {
    const code = typeof colour === 'number' ? `38;5;${colour}` : CODES[colour];
    return isColoured ? `\u001B[${code}m${text}\u001B[0m` : text;
  };
  return { paint, diagnostic: rendererFor(context) };
}

// Colours of the 256 that can be read on black and on white.
const STEP_COLOURS = [33, 35, 37, 64, 97, 130, 133, 136, 166, 168] as const;

/** The colour of a step's name: the same in every run. */
function stepColour(step: string): number {
  let sum = 0;
  for (const letter of step) sum = (sum * 31 + letter.codePointAt(0)!) % 65_521;
  return STEP_COLOURS[sum % STEP_COLOURS.length]!;
}

/** A line of a step's log behind the step's name; what went to stderr is marked. */
export function logLine(step: string, line: string, stream: 'stdout' | 'stderr', { paint }: Style): string {
  return `${paint(step, stepColour(step))} ${stream === 'stderr' ? paint('┃', 'red') : '│'} ${cleanLine(line)}`;
}

// Letters that take two columns: https://www.unicode.org/reports/tr11
const WIDE =
  /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}|[\uFF01-\uFF60]/u;
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** How many columns a text without escape sequences takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += NO_WIDTH.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
  return width;
}

/** As much of a text as fits into so many columns. */
export function fit(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 1;
  for (const letter of text) {
    width += widthOf(letter);
    if (width > columns) break;
    kept += letter;
  }
  return `${kept}…`;
}

// eslint-disable-next-line no-control-regex
const ESCAPES = /\u001B(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[@-Z\\^_])/g;
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F\u0080-\u009F]/g;

/** A line that cannot move the cursor or ring the bell; of one that overwrote itself the last state. */
export function cleanLine(line: string): string {
  const text = line.replace(/\r+$/, '').replace(ESCAPES, '');
  return text.slice(text.lastIndexOf('\r') + 1).replace(CONTROLS, '');
}

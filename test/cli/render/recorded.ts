import type { Output } from '../../../src/cli/context.ts';
import type { RunEvent, RunHappening } from '../../../src/definition/events.ts';
import { styleFor, type Style } from '../../../src/cli/render/style.ts';

/** An output that keeps what was written. */
export interface RecordedOutput extends Output {
  readonly written: string[];
  columns: number | undefined;
}

export function recordedOutput(columns = 60): RecordedOutput {
  const written: string[] = [];
  return { written, write: (text) => void written.push(text), isTTY: true, columns };
}

export function styleOf(output: Output, env: Readonly<Record<string, string>> = { NO_COLOR: '1' }): Style {
  return styleFor({ stderr: output, env, cwd: '/project' });
}

/** Something that happens so many seconds after ten o'clock. */
export function happens(happening: RunHappening, seconds = 0): RunEvent {
  return { version: 1, time: new Date(Date.UTC(2026, 0, 1, 10) + seconds * 1000).toISOString(), ...happening };
}

export const STARTED: RunHappening = {
  type: 'run-started',
  run: 'arn:run',
  pipeline: 'nightly',
  target: 'sagemaker',
  steps: [
    { name: 'Prepare', type: 'Processing', waitsFor: [], decidedBy: null },
    { name: 'Train', type: 'Training', waitsFor: ['Prepare'], decidedBy: null },
  ],
  parameters: { Rows: 5 },
  links: [],
};

export function stepStarted(step: string, job?: string): RunHappening {
  return { type: 'step-started', step, attempt: 1, links: [], ...(job === undefined ? {} : { job }) };
}

export function stepEnded(
  step: string,
  state: 'succeeded' | 'failed' | 'skipped' | 'stopped',
  reason?: string,
): RunHappening {
  const why = reason === undefined ? {} : { reason };
  return { type: 'step-ended', step, state, seconds: 65, outputs: [], facts: { rows: 5 }, links: [], ...why };
}

/** What a terminal of so many columns shows after it was sent a text: its lines, and whether the cursor is to be seen. */
export function screenOf(text: string, columns: number): { lines: string[]; isCursorShown: boolean } {
  const lines: string[][] = [[]];
  let [row, column, isCursorShown] = [0, 0, true];
  // eslint-disable-next-line no-control-regex
  for (const [piece, code, letter] of text.matchAll(/\u001B\[([0-9;?]*)([A-Za-z])|[\s\S]/gu)) {
    if (letter === 'A') row = Math.max(0, row - Number(code));
    else if (letter === 'J') {
      lines.length = row + 1;
      lines[row]!.length = column;
    } else if (letter === 'h' || letter === 'l') isCursorShown = letter === 'h';
    else if (letter !== undefined) continue;
    else if (piece === '\n') [row, column] = [row + 1, 0];
    else if (piece === '\r') column = 0;
    else {
      if (column === columns) [row, column] = [row + 1, 0];
      (lines[row] ??= [])[column++] = piece;
    }
    lines[row] ??= [];
  }
  return { lines: lines.map((line) => line.join('').trimEnd()), isCursorShown };
}

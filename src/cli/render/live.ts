import type { RunEvent } from '../../definition/events.ts';
import type { Output } from '../context.ts';
import type { Detail, RunRenderer } from './renderer.ts';
import { formatDuration } from './duration.ts';
import { linesOf } from './plain.ts';
import { type Colour, type Style, cleanLine, fit, widthOf } from './style.ts';

interface RunningStep {
  readonly since: number;
  readonly attempt: number;
  what: string;
}

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
const CLEAR_BELOW = '\u001B[0J';

/** The most running steps that are drawn; a screen has so many lines, and the rest is a number. */
const MOST_LINES = 12;
const FRAME = 1000;

const MARKS: Readonly<Record<string, readonly [string, Colour]>> = {
  succeeded: ['✓', 'green'],
  cached: ['✓', 'cyan'],
  skipped: ['–', 'dim'],
  failed: ['✗', 'red'],
  stopped: ['■', 'yellow'],
};

/**
 * Shows a run on a screen: what has ended stays where it was printed, and below it the steps that run are drawn again,
 * each time in one piece, so that nothing flickers.
 */
export function liveRenderer(output: Output, style: Style, detail: Detail, now: () => Date): RunRenderer {
  const running = new Map<string, RunningStep>();
  let drawn: string[] = [];
  let steps = 0;
  let ended = 0;
  let started: number | undefined;
  let working = '';
  let stopping = '';

  // As the window is now: lines that were drawn in a wider one take more of its rows.
  const erase = (): string => {
    const columns = output.columns ?? 80;
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
    drawn = [];
    return rows === 0 ? '' : `\r\u001B[${rows}A${CLEAR_BELOW}`;
  };
  const area = (): string => {
    const columns = Math.max(20, (output.columns ?? 80) - 1);
    const time = now().getTime();
    const since = (from: number): string => formatDuration(Math.max(0, Math.floor((time - from) / 1000)));
    const shown = [...running].slice(0, MOST_LINES);
    const width = Math.max(0, ...shown.map(([name]) => name.length));
    const lines = shown.map(([name, { since: from, attempt, what }]) => {
      const again = attempt > 1 ? `  attempt ${attempt}` : '';
      return fit(`● ${name.padEnd(width)}  ${since(from)}${again}${what === '' ? '' : `  ${what}`}`, columns);
    });
    if (running.size > shown.length) lines.push(`  and ${running.size - shown.length} more`);
    if (started !== undefined) {
      const left = stopping === '' ? '' : `  stopping: ${stopping}`;
      lines.push(fit(`  ${ended} of ${Math.max(steps, ended)} steps, ${since(started)}${left}`, columns));
    } else if (working !== '') {
      lines.push(fit(`  ${working} …`, columns));
    }
    drawn = lines;
    return lines.map((line) => `${style.paint(line, line.startsWith('●') ? 'cyan' : 'dim')}\n`).join('');
  };
  const draw = (lines: readonly string[] = []): void => {
    const kept = lines.map((line) => `${line}\n`).join('');
    output.write(`${erase()}${kept}${area()}`);
  };

  const timer = setInterval(draw, FRAME);
  timer.unref();
  output.write(HIDE_CURSOR);
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    clearInterval(timer);
    process.off('exit', close);
    output.write(`${erase()}${SHOW_CURSOR}`);
  };
  // A second Ctrl-C ends the process at once, and the terminal belongs to someone.
  process.on('exit', close);

  const note = (event: RunEvent): void => {
    const time = Date.parse(event.time);
    switch (event.type) {
      case 'run-started':
        steps = event.steps.length;
        started = time;
        return;
      case 'step-started':
        running.set(event.step, { since: time, attempt: event.attempt, what: event.job ?? '' });
        return;
      case 'progress': {
        const step = event.step === undefined ? undefined : running.get(event.step);
        if (step !== undefined) step.what = cleanLine(event.message);
        else working = cleanLine(event.message);
        return;
      }
      case 'step-ended':
        running.delete(event.step);
        ended += 1;
        return;
      case 'run-stopping':
        stopping = event.reason;
        return;
      case 'run-ended':
        running.clear();
        started = undefined;
        working = '';
        return;
      default:
    }
  };
  return {
    say: (event) => {
      note(event);
      draw(keptLines(event, style, detail));
    },
    close,
  };
}

/** What stays on the screen of an event: that a step runs is drawn, not printed. */
function keptLines(event: RunEvent, style: Style, detail: Detail): string[] {
  if (event.type === 'step-started' || event.type === 'run-stopping') return [];
  const lines = linesOf(event, style, detail);
  // Before the run it is drawn what is being done; only what was done is kept.
  if (event.type === 'progress') return detail.verbose || !/^\w+ing /.test(event.message) ? lines : [];
  if (event.type !== 'step-ended') return lines;
  const [mark, colour] = MARKS[event.state] ?? ['?', 'dim'];
  const [first = '', ...rest] = lines;
  return [`${style.paint(mark, colour)} ${first}`, ...rest];
}

import type { RunEvent } from '../../definition/events.ts';
import type { Output } from '../context.ts';
import type { Detail, RunRenderer } from './renderer.ts';
import wrapAnsi from '../plain-text/wrap-ansi.ts';
import { formatDuration } from './duration.ts';
import { linesOf, workKey } from './plain.ts';
import { type Colour, type Style, cleanLine, fit, widthOf } from './style.ts';

interface RunningStep {
  /** As it is called on the screen: a step, or a long work of none. */
  readonly name: string;
  readonly since: number;
  readonly attempt: number;
  what: string;
  /** What it shows again once a long work of its own is over. */
  readonly job: string;
}

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
const CLEAR_BELOW = '\u001B[0J';

/** The most running steps that are drawn; a screen has so many lines, and the rest is a number. */
const MOST_LINES = 12;
const FRAME = 1000;

/** An environment is called by all that a project adds to it; what it is at is worth the room. */
const LONGEST_NAME = 30;

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
  const works = new Map<string, RunningStep>();
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
    const all = [...works.values(), ...running.values()];
    const shown = all.slice(0, MOST_LINES);
    const width = Math.max(0, ...shown.map(({ name }) => name.length));
    const lines = shown.map(({ name, since: from, attempt, what }) => {
      const again = attempt > 1 ? `  attempt ${attempt}` : '';
      return fit(`● ${name.padEnd(width)}  ${since(from)}${again}${what === '' ? '' : `  ${what}`}`, columns);
    });
    if (all.length > shown.length) lines.push(`  and ${all.length - shown.length} more`);
    if (started !== undefined) {
      const left = stopping === '' ? '' : `  stopping: ${stopping}`;
      lines.push(fit(`  ${ended} of ${Math.max(steps, ended)} steps, ${since(started)}${left}`, columns));
    } else if (working !== '' && works.size === 0) {
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

  const noteProgress = ({ step, work, message }: Extract<RunEvent, { type: 'progress' }>, time: number): void => {
    const ofStep = step === undefined ? undefined : running.get(step);
    const what = cleanLine(message);
    if (ofStep !== undefined) {
      const isOver = work?.state === 'done' || work?.state === 'given-up';
      ofStep.what = isOver ? ofStep.job : work?.state === 'begun' ? `building ${work.name}` : what;
    } else if (work === undefined) {
      working = DRAWN.test(message) ? what : '';
    } else {
      const key = workKey(step, work);
      const known = works.get(key);
      if (work.state === 'begun') works.set(key, stepOf(fit(cleanLine(work.name), LONGEST_NAME), time));
      else if (work.state !== 'going') works.delete(key);
      else if (known !== undefined) known.what = what;
    }
  };
  const note = (event: RunEvent): void => {
    const time = Date.parse(event.time);
    switch (event.type) {
      case 'run-started':
        steps = event.steps.length;
        started = time;
        return;
      case 'step-started':
        running.set(event.step, stepOf(event.step, time, event.attempt, event.job));
        return;
      case 'progress':
        noteProgress(event, time);
        return;
      case 'step-ended':
        running.delete(event.step);
        ended += 1;
        return;
      case 'run-stopping':
        stopping = event.reason;
        return;
      case 'run-ended':
        running.clear();
        works.clear();
        started = undefined;
        working = '';
        return;
      default:
    }
  };
  return {
    say: (event) => {
      note(event);
      draw(keptLines(event, style, detail, output.columns ?? 80));
    },
    close,
  };
}

function stepOf(name: string, since: number, attempt = 1, job = ''): RunningStep {
  return { name, since, attempt, what: job, job };
}

/** What is being done is drawn, `uploading 3 assets`; what was done, or is good to know, is kept. */
const DRAWN = /^\w+ing /;

/** What stays on the screen of an event: that a step runs is drawn, not printed. */
function keptLines(event: RunEvent, style: Style, detail: Detail, columns: number): string[] {
  if (event.type === 'step-started' || event.type === 'run-stopping') return [];
  const lines = linesOf(event, style, detail);
  if (event.type === 'progress') return keptOfProgress(event, lines, style, detail, columns);
  if (event.type !== 'step-ended') return lines;
  const [mark, colour] = MARKS[event.state] ?? ['?', 'dim'];
  const [first = '', ...rest] = lines;
  return [`${style.paint(mark, colour)} ${first}`, ...rest];
}

function keptOfProgress(
  { message, work }: Extract<RunEvent, { type: 'progress' }>,
  lines: readonly string[],
  style: Style,
  { verbose }: Detail,
  columns: number,
): string[] {
  if (work === undefined && DRAWN.test(message) && !verbose) return [];
  if (work?.state === 'done') return lines.map((line) => `${style.paint('✓', 'green')} ${line}`);
  if (work?.state === 'given-up') return lines.map((line) => `${style.paint('✗', 'red')} ${line}`);
  return lines.flatMap((line) =>
    wrapAnsi(line, columns - 3)
      .split('\n')
      .map((part, index) => (index === 0 ? part : `  ${part}`)),
  );
}

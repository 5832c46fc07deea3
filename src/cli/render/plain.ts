import type { LongWork, RunEvent } from '../../definition/events.ts';
import type { Output } from '../context.ts';
import type { Detail, RunRenderer } from './renderer.ts';
import { formatDuration } from './duration.ts';
import { type Style, cleanLine, fit, logLine } from './style.ts';

/** How often a log of CI says what a long work is at. */
const STILL_GOING = 15_000;

const LONGEST_REASON = 300;

/**
 * Shows a run as lines for a pipe or a log of CI: a line a change, each with its time (UTC). What a long work is at is
 * said now and then only, and also when nothing is new: a log that stands still looks like a run that hangs.
 */
export function plainRenderer(output: Output, style: Style, detail: Detail, now: () => Date): RunRenderer {
  const works = new Map<string, WorkShown>();
  const forget = (key: string): void => {
    clearInterval(works.get(key)?.timer);
    works.delete(key);
  };
  const note = ({ step, message, work }: Progress, since: number): void => {
    if (work === undefined) return;
    const key = workKey(step, work);
    const shown = works.get(key);
    if (work.state === 'going' && shown !== undefined) shown.what = cleanLine(message);
    if (work.state === 'going') return;
    forget(key);
    if (work.state !== 'begun') return;
    const who = cleanLine(step === undefined ? work.name : `${step}: ${work.name}`);
    const begun: WorkShown = {
      what: 'begun',
      timer: setInterval(() => {
        const time = now();
        const passed = formatDuration(Math.max(0, (time.getTime() - since) / 1000));
        output.write(`${time.toISOString().slice(11, 19)} ${who}: ${begun.what}, ${passed}\n`);
      }, STILL_GOING).unref(),
    };
    works.set(key, begun);
  };
  return {
    say: (event) => {
      if (event.type === 'progress') note(event, Date.parse(event.time));
      const time = event.time.slice(11, 19);
      for (const line of linesOf(event, style, detail)) output.write(`${time} ${line}\n`);
    },
    close: () => {
      for (const key of works.keys()) forget(key);
    },
  };
}

type Progress = Extract<RunEvent, { type: 'progress' }>;

interface WorkShown {
  what: string;
  readonly timer: NodeJS.Timeout;
}

/** What tells one long work from another that goes on beside it. */
export function workKey(step: string | undefined, { name }: LongWork): string {
  return JSON.stringify([step, name]);
}

/** Shows only what went wrong. */
export function errorsRenderer(output: Output, style: Style): RunRenderer {
  return {
    say: (event) => {
      const isError =
        (event.type === 'diagnostic' && event.diagnostic.severity === 'error') ||
        (event.type === 'step-ended' && event.state === 'failed');
      if (!isError) return;
      for (const line of linesOf(event, style, { logs: false, verbose: false })) output.write(`${line}\n`);
    },
    close: () => {},
  };
}

/** An event as lines without its time; none where it says nothing to someone who only wants to know how it goes. */
export function linesOf(event: RunEvent, style: Style, { logs, verbose }: Detail): string[] {
  switch (event.type) {
    case 'run-started': {
      const parameters = Object.entries(event.parameters).map(([name, value]) => `  ${name}=${String(value)}`);
      return [`${event.pipeline} on ${event.target}: ${event.run}`, ...(verbose ? parameters : [])];
    }
    case 'progress':
      if (event.work?.state === 'going') return [];
      if (event.work === undefined && event.step !== undefined && !verbose) return [];
      return [cleanLine(`${event.step === undefined ? '' : `${event.step}: `}${event.message}${tookText(event.work)}`)];
    case 'diagnostic':
      return style.diagnostic(event.diagnostic).split('\n');
    case 'step-started': {
      const again = event.attempt > 1 ? ` again (attempt ${event.attempt})` : '';
      const job = event.job === undefined || !verbose ? '' : `: ${event.job}`;
      return [`${event.step}: started${again}${job}`];
    }
    case 'step-ended':
      return [endLine(event), ...(verbose ? detailLines(event) : [])];
    case 'run-stopping':
      return [`stopping: ${event.reason}`];
    case 'run-ended':
      return [`${event.state} after ${formatDuration(event.seconds)}${reasonText(event.reason)}`];
    case 'log':
      return logs ? [logLine(event.step, event.line, event.stream, style)] : [];
  }
}

type StepEnded = Extract<RunEvent, { type: 'step-ended' }>;

// What did not run took no time.
function endLine({ step, state, seconds, reason }: StepEnded): string {
  const time = state === 'skipped' || state === 'cached' ? '' : ` after ${formatDuration(seconds)}`;
  return `${step}: ${state}${time}${reasonText(reason)}`;
}

function detailLines({ facts, outputs, links }: StepEnded): string[] {
  return [
    ...Object.entries(facts).map(([name, value]) => {
      return `  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
    }),
    ...[...outputs, ...links].map(({ title, target }) => `  ${title}: ${target}`),
  ];
}

function tookText({ seconds, reason }: Partial<LongWork> = {}): string {
  return seconds === undefined ? '' : ` after ${formatDuration(seconds)}${reasonText(reason)}`;
}

function reasonText(reason: string | undefined): string {
  // A trace is told in full, line by line, with the failure of the run.
  return reason === undefined ? '' : `: ${fit(cleanLine(reason.replaceAll('\n', ' ')), LONGEST_REASON)}`;
}

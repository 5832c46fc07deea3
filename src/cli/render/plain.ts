import type { RunEvent } from '../../definition/events.ts';
import type { Output } from '../context.ts';
import type { Detail, RunRenderer } from './renderer.ts';
import { formatDuration } from './duration.ts';
import { type Style, cleanLine, logLine } from './style.ts';

/** Shows a run as lines for a pipe or a log of CI: a line a change, each with its time (UTC). */
export function plainRenderer(output: Output, style: Style, detail: Detail): RunRenderer {
  return {
    say: (event) => {
      const time = event.time.slice(11, 19);
      for (const line of linesOf(event, style, detail)) output.write(`${time} ${line}\n`);
    },
    close: () => {},
  };
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
      if (event.step !== undefined && !verbose) return [];
      return [cleanLine(event.step === undefined ? event.message : `${event.step}: ${event.message}`)];
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

function reasonText(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${cleanLine(reason.replaceAll('\n', ' '))}`;
}

import { type Diagnostic, formatDiagnostic } from '../../definition/diagnostic.ts';
import type { RunEvent } from '../../definition/events.ts';
import { formatDuration } from './duration.ts';

/** An event as one line for a log, without its time; undefined where it says nothing to someone who only wants to know how it goes. */
export function plainLine(
  event: RunEvent,
  diagnosticText: (diagnostic: Diagnostic) => string = formatDiagnostic,
): string | undefined {
  switch (event.type) {
    case 'run-started':
      return `${event.pipeline} on ${event.target}: ${event.run}`;
    case 'progress':
      return event.step === undefined ? event.message : `${event.step}: ${event.message}`;
    case 'diagnostic':
      return diagnosticText(event.diagnostic);
    case 'step-started': {
      const job = event.job === undefined ? '' : `: ${event.job}`;
      return `${event.step}: started${event.attempt > 1 ? ` (attempt ${event.attempt})` : ''}${job}`;
    }
    case 'step-ended':
      return `${event.step}: ${event.state}${lasting(event)}${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'run-stopping':
      return `stopping: ${event.reason}`;
    case 'run-ended':
      return `${event.state}, ${formatDuration(event.seconds)}${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'log':
      return undefined;
  }
}

// What did not run took no time.
function lasting({ state, seconds }: Extract<RunEvent, { type: 'step-ended' }>): string {
  return state === 'skipped' || state === 'cached' ? '' : `, ${formatDuration(seconds)}`;
}

import { formatDiagnostic } from '../../definition/diagnostic.ts';
import type { RunEvent } from '../../definition/events.ts';

/** An event as one line for a log; undefined where it says nothing to someone who only wants to know how it goes. */
export function plainLine(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'run-started':
      return `${event.pipeline} on ${event.target}: ${event.run}`;
    case 'progress':
      return event.step === undefined ? event.message : `${event.step}: ${event.message}`;
    case 'diagnostic':
      return formatDiagnostic(event.diagnostic);
    case 'step-started':
      return `${event.step}: started${event.attempt > 1 ? ` (attempt ${event.attempt})` : ''}`;
    case 'step-ended':
      return `${event.step}: ${event.state}, ${event.seconds.toFixed(1)} s${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'run-stopping':
      return `stopping: ${event.reason}`;
    case 'run-ended':
      return `${event.state}, ${event.seconds.toFixed(1)} s`;
    case 'log':
      return undefined;
  }
}

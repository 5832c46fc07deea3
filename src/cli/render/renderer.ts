import type { RunEvent } from '../../definition/events.ts';

/** What shows a run while it goes on. */
export interface RunRenderer {
  readonly say: (event: RunEvent) => void;
  /** Leaves the screen as it found it; what was said stays. */
  readonly close: () => void;
}

/** How much of a run is shown. */
export interface Detail {
  readonly logs: boolean;
  readonly verbose: boolean;
}

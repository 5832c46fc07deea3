import type { Assembly } from '../definition/assembly.ts';
import type { ParameterValue } from '../definition/document.ts';
import type { PipelineError } from '../definition/error.ts';
import type { RunEvent, RunState } from '../definition/events.ts';

/** What every runner is given, whatever it runs on. */
export interface RunRequest {
  /** A document and what travels beside it; without assets it is one that came from elsewhere. */
  readonly assembly: Assembly;
  /** Every parameter that has no default, and those that are to differ from it; typed and checked already. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/** What a runner knows of the world around it; a test replaces this one object. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly now: () => Date;
  /** Text that nobody has had before: `n` hexadecimal digits. */
  readonly unique: (digits: number) => string;
  /** Resolves after a time, or at once when the signal is given. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Given when the one who started the run wants it to end: the first Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Tells the world what happens. */
  readonly say: (event: RunEvent) => void;
}

/** How a run ended. */
export interface RunResult {
  /** As in its events. */
  readonly run: string;
  /** `running` when nobody waited for its end. */
  readonly state: RunState;
  /** Why nobody knows how it ends, when that is not in its state: it goes on, and the one who waited for it does not. */
  readonly failure?: PipelineError;
}

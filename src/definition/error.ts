import type { Diagnostic } from './diagnostic.ts';

/** Why the work ended; the command line turns it into an exit code. */
export type Failure = 'failed' | 'usage' | 'invalid' | 'aws' | 'machine' | 'interrupted';

/** What an error says beside its message. */
export interface ErrorDetails {
  readonly at?: string | undefined;
  readonly detail?: string | undefined;
  readonly fix?: string | undefined;
  readonly cause?: unknown;
  /** The faults behind it, when there is more to say than one sentence. */
  readonly diagnostics?: readonly Diagnostic[];
}

const BRAND = Symbol.for('sagemaker-pipelines.error');

/** An error of ours: thrown once, at the rim, with a code to look up and a way out. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly code: string;
  readonly failure: Failure;
  readonly at: string | undefined;
  readonly detail: string | undefined;
  readonly fix: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly [BRAND] = true;

  constructor(failure: Failure, code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.failure = failure;
    this.code = code;
    this.at = details.at;
    this.detail = details.detail;
    this.fix = details.fix;
    this.diagnostics = details.diagnostics ?? [];
  }
}

/** Whether a thrown value is ours, whichever copy of the library threw it. */
export function isPipelineError(value: unknown): value is PipelineError {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/** The code of an error that has one: ours, or the system's (`ENOENT`). */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

import { PipelineError, codeOf } from '../definition/error.ts';

/** Whether a system error says that there is nothing at a path. */
export function isAbsence(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The system did not let us read something; its own words are the detail. */
export function unreadable(path: string, cause: unknown): PipelineError {
  return new PipelineError('invalid', 'asset-unreadable', `The asset ${JSON.stringify(path)} cannot be read`, {
    detail: cause instanceof Error ? cause.message : String(cause),
    fix: 'give the user who runs this the right to read it, or leave it out with `ignore`',
    cause,
  });
}

/** A file is no longer what it was when it was hashed, so that its bytes do not belong under that hash. */
export function changed(path: string, what: string): PipelineError {
  // Not `invalid`: the definition is right, and the next attempt may well succeed.
  return new PipelineError('failed', 'asset-changed', `The asset ${JSON.stringify(path)} changed after it was read`, {
    detail: what,
    fix: 'run this again once nothing writes to the asset any more',
  });
}

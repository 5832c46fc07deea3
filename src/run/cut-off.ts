import { PipelineError } from '../definition/error.ts';

/** That nobody waits any longer for a run which goes on. */
export function left(run: string, wish: 'interrupted' | 'timeout', fix: string): PipelineError {
  if (wish === 'interrupted') {
    return new PipelineError('interrupted', 'interrupted', 'Nobody waits any longer; the run goes on', {
      detail: run,
      fix,
    });
  }
  const message = 'The time is up before the run has ended; the run goes on';
  return new PipelineError('failed', 'timeout', message, { detail: run, fix });
}

/** That AWS answers no longer, of which the run knows nothing; what is no error of ours is thrown as it is. */
export function cutOff(run: string, explained: unknown, next: string): PipelineError {
  if (!(explained instanceof PipelineError)) throw explained;
  const { code, message, detail, fix, cause } = explained;
  return new PipelineError('aws', code, `${message}; the run goes on`, {
    detail: [run, detail].filter((line) => line !== undefined).join('\n  '),
    fix: fix === undefined ? next : `${fix}; then ${next}`,
    cause,
  });
}

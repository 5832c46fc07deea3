import { PipelineError } from '../definition/error.ts';

/** An execution that is of another definition than the one it was started for. */
export interface Mismatch {
  readonly name: string;
  readonly arn: string;
  /** It was there before: a start with the same token gives the execution of the first. */
  readonly isOld: boolean;
  readonly stop: () => Promise<void>;
}

/** That somebody else's definition was started in place of ours; an execution that this run began is stopped first. */
export async function anotherDefinition({ name, arn, isOld, stop }: Mismatch): Promise<PipelineError> {
  if (isOld) {
    return new PipelineError('failed', 'another-definition', `The execution of this token is of another ${name}`, {
      detail: `${arn} was started before, with the definition that was deployed then`,
      fix: 'give another --request-token, and this definition is started',
    });
  }
  const outcome = await stop().then(
    () => 'was stopped',
    (error: unknown) => `goes on: it could not be stopped (${error instanceof Error ? error.message : String(error)})`,
  );
  return new PipelineError(
    'failed',
    'another-definition',
    `Someone else deployed ${name} meanwhile, and the execution is of theirs`,
    {
      detail: `${arn} ${outcome}`,
      fix: 'run this again; runs that go on side by side with code of their own need a --pipeline-name each',
    },
  );
}

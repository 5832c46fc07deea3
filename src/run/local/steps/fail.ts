import { PipelineError } from '../../../definition/error.ts';
import { textAt } from './read.ts';
import type { StepKind } from './step.ts';

/** A Fail step: the run ends, and its message says why. */
export const fail: StepKind = {
  inspect: () => {},
  run: ({ given }) => {
    const message = textAt(given, 'ErrorMessage') ?? '';
    throw new PipelineError('failed', 'fail-step', message === '' ? 'a Fail step without a message' : message);
  },
};

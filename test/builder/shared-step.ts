import { type FailStep, step } from 'sagemaker-pipelines';

/** A step made away from the pipeline that uses it. */
export function sharedFail(name: string): FailStep {
  return step.fail(name, { ErrorMessage: 'shared' });
}

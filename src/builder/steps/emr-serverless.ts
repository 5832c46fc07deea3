import type { Input } from '../../aws/input.ts';
import { type JobOptions, type Step, defineStep, stepValue } from './define.ts';

/** What an EMR Serverless application runs: `StartJobRun` of its API, in that API's spelling. */
export interface EMRServerlessJob {
  readonly executionRoleArn: Input<string>;
  readonly jobDriver: {
    readonly sparkSubmit?: {
      readonly entryPoint: Input<string>;
      readonly entryPointArguments?: readonly Input<string>[] | undefined;
      readonly sparkSubmitParameters?: Input<string> | undefined;
    };
    readonly hive?: {
      readonly query: Input<string>;
      readonly initQueryFile?: Input<string> | undefined;
      readonly parameters?: Input<string> | undefined;
    };
  };
  readonly configurationOverrides?: { readonly [member: string]: unknown } | undefined;
  readonly executionTimeoutMinutes?: Input<number> | undefined;
  readonly name?: Input<string> | undefined;
  readonly tags?: Readonly<Record<string, Input<string>>> | undefined;
  readonly applicationId?: Input<string> | undefined;
}

interface EMRServerlessWork {
  readonly ExecutionRoleArn: Input<string>;
  readonly JobConfig: EMRServerlessJob;
}

/** Work for an application that is there, or for one that is made: `CreateApplication` of its API. */
export type EMRServerlessArguments = EMRServerlessWork &
  (
    | { readonly ApplicationId: Input<string>; readonly ApplicationConfig?: undefined }
    | { readonly ApplicationConfig: { readonly [member: string]: unknown }; readonly ApplicationId?: undefined }
  );

/** A step that runs work on EMR Serverless. */
export interface EMRServerlessStep extends Step {
  readonly type: 'EMRServerless';
}

/** A step that runs a Spark or Hive job on EMR Serverless. */
export function emrServerless(name: string, args: EMRServerlessArguments, options?: JobOptions): EMRServerlessStep {
  return stepValue<EMRServerlessStep>(defineStep(emrServerless, { type: 'EMRServerless' }, name, args, options), {});
}

import type { Input } from '../../aws/input.ts';
import type { Properties } from '../../aws/properties.ts';
import { propertiesOf } from '../properties.ts';
import { type JobOptions, type Step, defineStep, stepValue } from './define.ts';

/** What an EMR cluster runs: `HadoopJarStepConfig` of EMR's API. */
export interface HadoopJarStep {
  readonly Jar: Input<string>;
  readonly Args?: readonly Input<string>[] | undefined;
  readonly MainClass?: Input<string> | undefined;
  readonly Properties?: readonly { readonly Key: Input<string>; readonly Value: Input<string> }[] | undefined;
}

interface EMRWork {
  readonly StepConfig: { readonly HadoopJarStep: HadoopJarStep };
}

/** Work for a cluster that is there. */
export interface EMRClusterArguments extends EMRWork {
  readonly ClusterId: Input<string>;
  readonly ExecutionRoleArn?: Input<string> | undefined;
  readonly ClusterConfig?: 'an EMR step has ClusterId or ClusterConfig, not both' | undefined;
}

/** Work for a cluster that is made for it and ended after it. */
export interface EMRNewClusterArguments extends EMRWork {
  readonly ClusterConfig: EMRClusterConfig;
  readonly ClusterId?: 'an EMR step has ClusterId or ClusterConfig, not both' | undefined;
  readonly ExecutionRoleArn?: 'a role is for a cluster that is there: ClusterId' | undefined;
}

type EMRInstances = { readonly [member: string]: unknown } & {
  readonly KeepJobFlowAliveWhenNoSteps?: 'the pipeline ends its cluster itself' | undefined;
  readonly TerminationProtected?: 'the pipeline ends its cluster itself' | undefined;
} & (
    | { readonly InstanceGroups: readonly unknown[]; readonly InstanceFleets?: undefined }
    | { readonly InstanceFleets: readonly unknown[]; readonly InstanceGroups?: undefined }
  );

/** How a cluster is made: EMR's `RunJobFlow`, but for what the pipeline decides. */
export interface EMRClusterConfig {
  readonly Instances: EMRInstances;
  readonly ReleaseLabel?: Input<string> | undefined;
  readonly Applications?: readonly { readonly Name: Input<string>; readonly Version?: Input<string> | undefined }[];
  readonly BootstrapActions?: readonly unknown[] | undefined;
  readonly ServiceRole?: Input<string> | undefined;
  readonly JobFlowRole?: Input<string> | undefined;
  readonly LogUri?: Input<string> | undefined;
  readonly Name?: 'the pipeline names its cluster itself' | undefined;
  readonly Steps?: 'a cluster of a pipeline runs the one step it was made for' | undefined;
  readonly AutoTerminationPolicy?: 'the pipeline ends its cluster itself' | undefined;
  readonly [member: string]: unknown;
}

export type EMRArguments = EMRClusterArguments | EMRNewClusterArguments;

/** What a finished EMR step can be asked for: EMR's `Step`. */
export type EMRProperties = Properties<{
  Id: string;
  Name: string;
  ActionOnFailure: string;
  ExecutionRoleArn: string;
  Config: { Jar: string; Args: string[]; MainClass: string; Properties: Record<string, string> };
  Status: {
    State: string;
    StateChangeReason: { Code: string; Message: string };
    FailureDetails: { Reason: string; Message: string; LogFile: string };
    Timeline: { CreationDateTime: Date; StartDateTime: Date; EndDateTime: Date };
  };
}>;

/** A step that runs work on an EMR cluster. */
export interface EMRStep extends Step {
  readonly type: 'EMR';
  readonly properties: EMRProperties;
}

/** A step that runs work on an EMR cluster: one that is there, or one that is made for it. */
export function emr(name: string, args: EMRArguments, options?: JobOptions): EMRStep {
  const node = defineStep(emr, { type: 'EMR' }, name, args, options);
  return stepValue<EMRStep>(node, { properties: propertiesOf(node) });
}

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** The one schema version that SageMaker Pipelines knows. */
export const SCHEMA_VERSION = '2020-12-01';

/**
 * A SageMaker pipeline definition, schema version 2020-12-01: what every builder writes and every reader takes.
 * Members that this library does not know are kept as they are.
 */
export interface PipelineDocument {
  readonly Version: string;
  readonly Metadata?: JsonObject;
  readonly Parameters?: readonly ParameterDeclaration[];
  readonly PipelineExperimentConfig?: ExperimentConfig | null;
  readonly MlflowConfig?: JsonObject | null;
  readonly Steps: readonly StepDocument[];
}

/** The type names that a parameter may have. */
export const PARAMETER_TYPES = ['String', 'Integer', 'Float', 'Boolean'] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

/** A value that a parameter can hold. */
export type ParameterValue = string | number | boolean;

/** One entry of a document's `Parameters`. */
export interface ParameterDeclaration {
  readonly Name: string;
  /** AWS's schema lets a text leave it out: `parameterType` knows. */
  readonly Type?: ParameterType;
  readonly DefaultValue?: ParameterValue;
  readonly EnumValues?: readonly string[];
  readonly Description?: string;
}

/** The type of a parameter's values. */
export function parameterType({ Type: type = 'String' }: ParameterDeclaration): ParameterType {
  return type;
}

/** Where an execution's jobs are tracked; both members may be expressions. */
export interface ExperimentConfig {
  readonly ExperimentName: Json;
  readonly TrialName: Json;
}

/** One step. Steps of some types have further members beside these (`FunctionArn`, `StepConfig` …). */
export interface StepDocument {
  readonly Name: string;
  readonly Type: string;
  readonly Arguments: JsonObject;
  readonly DependsOn?: readonly string[];
  readonly DisplayName?: string;
  readonly Description?: string;
  readonly RetryPolicies?: readonly RetryPolicy[];
  readonly CacheConfig?: CacheConfig;
  readonly PropertyFiles?: readonly PropertyFileDeclaration[];
}

/** How a failed step is tried again; the service wants one of `MaxAttempts` and `ExpireAfterMin`, not both. */
export interface RetryPolicy {
  /** AWS's schema has one text here, its guide a list: `exceptionTypes` knows. */
  readonly ExceptionType: string | readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly ExpireAfterMin?: number;
}

/** The kinds of failure that a policy is for. */
export function exceptionTypes({ ExceptionType: types }: RetryPolicy): readonly string[] {
  return typeof types === 'string' ? [types] : types;
}

/** How often is tried again where a policy says neither how often nor how long. */
export const DEFAULT_ATTEMPTS = 5;

/** Whether a step's earlier results are used again, and for how long (an ISO 8601 duration). */
export interface CacheConfig {
  readonly Enabled: boolean;
  readonly ExpireAfter?: string;
}

/** A file in an output of a Processing step that `Std:JsonGet` can read. */
interface PropertyFileDeclaration {
  readonly PropertyFileName: string;
  readonly OutputName: string;
  readonly FilePath: string;
}

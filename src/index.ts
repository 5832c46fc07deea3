// AWS's declarations name types of Node's, which TypeScript 6 and later do not look for unless told.
/// <reference types="node" preserve="true" />
export type {
  PyTorchInferenceVersion,
  PyTorchTrainingVersion,
  SklearnInferenceVersion,
  SklearnTrainingVersion,
} from './aws/generated/images.ts';
export type { Input, InputOf } from './aws/input.ts';
export type { ListProperties, MapProperties, Properties, PropertiesOf, UnionProperties } from './aws/properties.ts';
export { type Asset, asset } from './builder/asset.ts';
export { type Environment, type Execution, environment, execution, outputUri } from './builder/environment.ts';
export { type EmitOptions, emit } from './builder/emit.ts';
export { unsafe } from './builder/expression.ts';
export { type BatchTransformSpec, batchTransform } from './builder/jobs/batch-transform.ts';
export type { Container } from './builder/jobs/container.ts';
export type { Instance } from './builder/jobs/instance.ts';
export { type ModelPackageSpec, modelPackage, pipelineModel } from './builder/jobs/models.ts';
export type { ProcessorInput, ProcessorOutput, ProcessorSource, ProcessorSpec } from './builder/jobs/processor.ts';
export {
  type PyTorchBuilders,
  type PyTorchModelSpec,
  type PyTorchProcessorSpec,
  type PyTorchTrainingSpec,
  pytorch,
} from './builder/jobs/pytorch.ts';
export type { Hyperparameter, TrainingSpec } from './builder/jobs/script-mode.ts';
export {
  type SklearnBuilders,
  type SklearnModelSpec,
  type SklearnProcessorSpec,
  type SklearnTrainingSpec,
  sklearn,
} from './builder/jobs/sklearn.ts';
export { join, quoted } from './builder/join.ts';
export { type PropertyFile, jsonGet } from './builder/json-get.ts';
export type { Duration, Retries, Retry } from './builder/options.ts';
export {
  type Parameter,
  type ParameterBuilders,
  type ParameterOptions,
  type ParameterValues,
  type ParameterWithDefault,
  type TextParameterOptions,
  parameter,
} from './builder/parameter.ts';
export { type Pipeline, type PipelineSpec, definePipeline, isPipeline } from './builder/pipeline.ts';
export { type StepBuilders, step } from './builder/step.ts';
export type { ConditionArguments, ConditionStep } from './builder/steps/condition.ts';
export type { CustomOptions, CustomStep } from './builder/steps/custom.ts';
export type { JobOptions, ModelOptions, Step, StepOptions } from './builder/steps/define.ts';
export type { FailArguments, FailStep } from './builder/steps/fail.ts';
export type { ModelArguments, ModelProperties, ModelStep } from './builder/steps/model.ts';
export type {
  ProcessingArguments,
  ProcessingOptions,
  ProcessingOutput,
  ProcessingProperties,
  ProcessingStep,
} from './builder/steps/processing.ts';
export type {
  RegisterModelArguments,
  RegisterModelProperties,
  RegisterModelStep,
} from './builder/steps/register-model.ts';
export type { TrainingArguments, TrainingProperties, TrainingStep } from './builder/steps/training.ts';
export type { TransformArguments, TransformProperties, TransformStep } from './builder/steps/transform.ts';
export { type Condition, not, or, when } from './builder/when.ts';
export { check } from './check/check.ts';
export { checkText } from './check/check-text.ts';
export type { Assembly, AssetReference } from './definition/assembly.ts';
export { type AccountValues, bind } from './definition/bind.ts';
export { type Diagnostic, formatDiagnostic } from './definition/diagnostic.ts';
export type { Json, PipelineDocument, StepDocument } from './definition/document.ts';
export { PipelineError, isPipelineError } from './definition/error.ts';
export type { Expr } from './definition/expr.ts';
export { cyclesOf, graphOf, orderOf } from './definition/graph.ts';
export { parse } from './definition/parse.ts';
export { walkExpressions, walkSteps } from './definition/walk.ts';
export { toJson } from './emit/json.ts';

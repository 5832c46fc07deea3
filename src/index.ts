// AWS's declarations name types of Node's, which TypeScript 6 and later do not look for unless told.
/// <reference types="node" preserve="true" />
export type {
  HuggingFaceInferenceVersion,
  HuggingFaceTrainingVersion,
  PyTorchInferenceVersion,
  PyTorchTrainingVersion,
  SklearnInferenceVersion,
  SklearnTrainingVersion,
  SparkProcessingVersion,
  TensorFlowInferenceVersion,
  TensorFlowTrainingVersion,
  XGBoostInferenceVersion,
  XGBoostTrainingVersion,
} from './aws/generated/images.ts';
export type { Input, InputOf } from './aws/input.ts';
export type { ListProperties, MapProperties, Properties, PropertiesOf, UnionProperties } from './aws/properties.ts';
export { type Asset, asset } from './builder/asset.ts';
export { type Environment, type Execution, environment, execution, outputUri } from './builder/environment.ts';
export { type EmitOptions, emit } from './builder/emit.ts';
export { unsafe } from './builder/expression.ts';
export { type AlgorithmBuilders, type AlgorithmName, algorithm } from './builder/jobs/algorithm.ts';
export type {
  AlgorithmHyperparameters,
  BlazingTextHyperparameters,
  DeepARHyperparameters,
  FactorizationMachinesHyperparameters,
  KMeansHyperparameters,
  KNNHyperparameters,
  LinearLearnerHyperparameters,
  OtherHyperparameters,
  PCAHyperparameters,
  RandomCutForestHyperparameters,
  XGBoostHyperparameters,
} from './builder/jobs/algorithm-hyperparameters.ts';
export type { AlgorithmChannel, AlgorithmSpec } from './builder/jobs/algorithm-training.ts';
export { type BatchTransformSpec, batchTransform } from './builder/jobs/batch-transform.ts';
export { type ClarifySpec, clarify } from './builder/jobs/clarify.ts';
export type { Container } from './builder/jobs/container.ts';
export {
  type HuggingFaceBuilders,
  type HuggingFaceModelSpec,
  type HuggingFaceProcessorSpec,
  type HuggingFaceTrainingSpec,
  huggingFace,
} from './builder/jobs/hugging-face.ts';
export type { Instance } from './builder/jobs/instance.ts';
export { type ModelPackageSpec, modelPackage, pipelineModel } from './builder/jobs/models.ts';
export {
  type DataQualitySpec,
  type DatasetFormat,
  type ModelQualitySpec,
  type MonitorBuilders,
  monitor,
} from './builder/jobs/monitor.ts';
export {
  type MonitoredTransform,
  type MonitoredTransformSpec,
  monitorBatchTransform,
} from './builder/jobs/monitor-batch-transform.ts';
export type { ProcessorInput, ProcessorOutput, ProcessorSource, ProcessorSpec } from './builder/jobs/processor.ts';
export {
  type PyTorchBuilders,
  type PyTorchModelSpec,
  type PyTorchProcessorSpec,
  type PyTorchTrainingSpec,
  pytorch,
} from './builder/jobs/pytorch.ts';
export { type RepackSpec, type RepackStep, repack } from './builder/jobs/repack.ts';
export type { Hyperparameter, TrainingSpec } from './builder/jobs/script-mode.ts';
export {
  type SklearnBuilders,
  type SklearnModelSpec,
  type SklearnProcessorSpec,
  type SklearnTrainingSpec,
  sklearn,
} from './builder/jobs/sklearn.ts';
export { type SparkBuilders, type SparkProcessorSpec, spark } from './builder/jobs/spark.ts';
export {
  type TensorFlowBuilders,
  type TensorFlowModelSpec,
  type TensorFlowProcessorSpec,
  type TensorFlowTrainingSpec,
  tensorflow,
} from './builder/jobs/tensorflow.ts';
export { tuningJob } from './builder/jobs/tuning-job.ts';
export {
  type XGBoostAlgorithmSpec,
  type XGBoostBuilders,
  type XGBoostModelSpec,
  type XGBoostProcessorSpec,
  type XGBoostTrainingSpec,
  xgboost,
} from './builder/jobs/xgboost.ts';
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
export type { AutoMLArguments, AutoMLProperties, AutoMLStep } from './builder/steps/auto-ml.ts';
export type { BaselineCheckOptions } from './builder/steps/baseline-check.ts';
export type { CallbackOptions, CallbackStep } from './builder/steps/callback.ts';
export type {
  ClarifyCheckOptions,
  ClarifyCheckProperties,
  ClarifyCheckStep,
  DataBiasOptions,
  ModelAnalysisOptions,
} from './builder/steps/clarify-check.ts';
export type { ConditionArguments, ConditionStep } from './builder/steps/condition.ts';
export type { CustomOptions, CustomStep } from './builder/steps/custom.ts';
export type { CacheOptions, JobOptions, ModelOptions, Step, StepOptions } from './builder/steps/define.ts';
export type {
  EMRArguments,
  EMRClusterArguments,
  EMRClusterConfig,
  EMRNewClusterArguments,
  EMRProperties,
  EMRStep,
} from './builder/steps/emr.ts';
export type { EMRServerlessArguments, EMRServerlessJob, EMRServerlessStep } from './builder/steps/emr-serverless.ts';
export type {
  EndpointConfigArguments,
  EndpointConfigOptions,
  EndpointConfigProperties,
  EndpointConfigStep,
} from './builder/steps/endpoint-config.ts';
export type { EndpointArguments, EndpointProperties, EndpointStep } from './builder/steps/endpoint.ts';
export type { FailArguments, FailStep } from './builder/steps/fail.ts';
export type { InputValue, LambdaArguments, LambdaOptions, LambdaStep } from './builder/steps/lambda.ts';
export type { ModelArguments, ModelProperties, ModelStep } from './builder/steps/model.ts';
export type { OutputType, Outputs } from './builder/steps/outputs.ts';
export type {
  ProcessingArguments,
  ProcessingOptions,
  ProcessingOutput,
  ProcessingProperties,
  ProcessingStep,
} from './builder/steps/processing.ts';
export type { QualityCheckOptions, QualityCheckProperties, QualityCheckStep } from './builder/steps/quality-check.ts';
export type {
  RegisterModelArguments,
  RegisterModelProperties,
  RegisterModelStep,
} from './builder/steps/register-model.ts';
export type { TrainingArguments, TrainingProperties, TrainingStep } from './builder/steps/training.ts';
export type { TransformArguments, TransformProperties, TransformStep } from './builder/steps/transform.ts';
export type {
  TopModelPlace,
  TuningArguments,
  TuningProperties,
  TuningStep,
  TuningTrainingJob,
} from './builder/steps/tuning.ts';
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
export { type CfnPipelineOptions, type CfnPipelineProperties, cfnPipelineProps } from './emit/pipeline-properties.ts';

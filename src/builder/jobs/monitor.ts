import type { Input } from '../../aws/input.ts';
import type { ProcessingArguments } from '../steps/processing.ts';
import { onlyImageOf } from './image.ts';
import { type ProcessingInstance, cluster } from './instance.ts';
import { placeOfStep } from './place.ts';
import { processingInput, processingOutput } from './processing-input.ts';

/** What the data is: CSV with or without a header, or JSON Lines. */
export type DatasetFormat =
  | { readonly csv: { readonly header: boolean; readonly output_columns_position?: 'START' | 'END' } }
  | { readonly json: { readonly lines: boolean } };

/** A job of SageMaker Model Monitor over a dataset. */
export interface DataQualitySpec {
  readonly dataset: Input<string>;
  readonly format: DatasetFormat;
  readonly instance: ProcessingInstance;
  /** Where statistics and constraints go; a place of this execution and step when left out. */
  readonly output?: Input<string> | undefined;
  /** A script that changes each record before the analysis, and one that runs after it. */
  readonly recordPreprocessor?: { readonly uri: Input<string>; readonly name: string } | undefined;
  readonly postAnalytics?: { readonly uri: Input<string>; readonly name: string } | undefined;
  readonly environment?: { readonly [name: string]: Input<string> } | undefined;
}

/** The same over predictions and what they should have been. */
export interface ModelQualitySpec extends DataQualitySpec {
  readonly problem: 'Regression' | 'BinaryClassification' | 'MulticlassClassification';
  /** The column (its name or number) with the prediction; with the probability; with the truth. */
  readonly inference?: Input<string> | undefined;
  readonly probability?: Input<string> | undefined;
  readonly groundTruth?: Input<string> | undefined;
  /** From which probability on a record counts as positive. */
  readonly probabilityThreshold?: Input<string> | undefined;
}

const INPUT = '/opt/ml/processing/input';
const OUTPUT = '/opt/ml/processing/output';

const builders = {
  /** Arguments of a QualityCheck step of the type `DATA_QUALITY`. */
  dataQuality: (spec: DataQualitySpec): ProcessingArguments => monitoring(spec, {}),

  /** Arguments of a QualityCheck step of the type `MODEL_QUALITY`. */
  modelQuality: (spec: ModelQualitySpec): ProcessingArguments =>
    monitoring(spec, {
      analysis_type: 'MODEL_QUALITY',
      problem_type: spec.problem,
      ...given('inference_attribute', spec.inference),
      ...given('probability_attribute', spec.probability),
      ...given('ground_truth_attribute', spec.groundTruth),
      ...given('probability_threshold_attribute', spec.probabilityThreshold),
    }),
} as const;
type Builders = typeof builders;

/** What Model Monitor's image is for. */
export interface MonitorBuilders extends Builders {}

/**
 * Jobs of SageMaker Model Monitor, for QualityCheck steps.
 *
 * @example step.qualityCheck('Drift', monitor.dataQuality({ dataset, format: { csv: { header: true } }, instance }), { checkType: 'DATA_QUALITY' })
 */
export const monitor: MonitorBuilders = Object.freeze(builders);

function monitoring(spec: DataQualitySpec, analysis: Record<string, Input<string>>): ProcessingArguments {
  const { recordPreprocessor, postAnalytics } = spec;
  return {
    ProcessingResources: { ClusterConfig: cluster(spec.instance) },
    AppSpecification: { ImageUri: onlyImageOf('model-monitor', 'monitoring') },
    ProcessingInputs: [
      monitorInput('baseline_dataset_input', spec.dataset),
      ...(postAnalytics === undefined
        ? []
        : [monitorInput('post_analytics_processor_script_input', postAnalytics.uri)]),
      ...(recordPreprocessor === undefined
        ? []
        : [monitorInput('record_preprocessor_script_input', recordPreprocessor.uri)]),
    ],
    ProcessingOutputConfig: {
      Outputs: [processingOutput('quality_check_output', spec.output ?? placeOfStep(), OUTPUT)],
    },
    Environment: {
      ...spec.environment,
      output_path: OUTPUT,
      publish_cloudwatch_metrics: 'Disabled',
      dataset_format: pythonJson(datasetFormat(spec.format)),
      ...(recordPreprocessor === undefined
        ? {}
        : { record_preprocessor_script: `${INPUT}/record_preprocessor_script_input/${recordPreprocessor.name}` }),
      ...(postAnalytics === undefined
        ? {}
        : { post_analytics_processor_script: `${INPUT}/post_analytics_processor_script_input/${postAnalytics.name}` }),
      dataset_source: `${INPUT}/baseline_dataset_input`,
      ...analysis,
    },
  };
}

function datasetFormat(format: DatasetFormat): object {
  if (!('csv' in format)) return format;
  const { header, output_columns_position: position = 'START' } = format.csv;
  return { csv: { header, output_columns_position: position } };
}

// With Python's spaces, so that a baseline that the Python SDK computed is found in the cache.
function pythonJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, member]) => `${JSON.stringify(key)}: ${pythonJson(member)}`)
    .join(', ')}}`;
}

function monitorInput(name: string, uri: Input<string>) {
  return processingInput(name, { uri, localPath: `${INPUT}/${name}` });
}

function given(name: string, value: Input<string> | undefined): Record<string, Input<string>> {
  return value === undefined ? {} : { [name]: value };
}

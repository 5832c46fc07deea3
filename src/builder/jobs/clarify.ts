import type { Input } from '../../aws/input.ts';
import type { Asset } from '../asset.ts';
import type { ProcessingArguments } from '../steps/processing.ts';
import { onlyImageOf } from './image.ts';
import { type ProcessingInstance, cluster } from './instance.ts';
import { placeOfStep } from './place.ts';
import { processingInput, processingOutput } from './processing-input.ts';

/** A job of SageMaker Clarify: bias of data or of a model, or what a model's answers come from. */
export interface ClarifySpec {
  /** The analysis as Clarify's `analysis_config.json` says it: an asset, or where it lies. */
  readonly config: Asset | Input<string>;
  readonly dataset: Input<string>;
  readonly instance: ProcessingInstance;
  /** Where the report goes; a place of this execution and step when left out. */
  readonly output?: Input<string> | undefined;
  readonly environment?: { readonly [name: string]: Input<string> } | undefined;
}

/**
 * Arguments of a ClarifyCheck step.
 *
 * @example step.clarifyCheck('Bias', clarify({ config: asset(import.meta, 'analysis_config.json'), dataset, instance }), { checkType: 'DATA_BIAS' })
 */
export function clarify(spec: ClarifySpec): ProcessingArguments {
  return {
    ProcessingResources: { ClusterConfig: cluster(spec.instance) },
    AppSpecification: { ImageUri: onlyImageOf('clarify', 'processing') },
    ProcessingInputs: [
      processingInput('analysis_config', { uri: spec.config, localPath: '/opt/ml/processing/input/config' }),
      processingInput('dataset', { uri: spec.dataset, localPath: '/opt/ml/processing/input/data' }),
    ],
    ProcessingOutputConfig: {
      Outputs: [processingOutput('analysis_result', spec.output ?? placeOfStep(), '/opt/ml/processing/output')],
    },
    ...(spec.environment === undefined ? {} : { Environment: spec.environment }),
  };
}

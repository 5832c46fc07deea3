import type {
  ModelApprovalStatus,
  ProductionVariantInstanceType,
  TransformInstanceType,
} from '@aws-sdk/client-sagemaker';
import type { Input } from '../../aws/input.ts';
import type { ModelArguments } from '../steps/model.ts';
import type { RegisterModelArguments } from '../steps/register-model.ts';
import type { Container } from './container.ts';

/**
 * Arguments of a model whose containers answer one after the other: each one's answer is the next one's request. Of one
 * container it makes an ordinary model.
 */
export function pipelineModel(containers: readonly Container[]): ModelArguments {
  const [only] = containers;
  return only !== undefined && containers.length === 1 ? { PrimaryContainer: only } : { Containers: containers };
}

/** A version for the registry. */
export interface ModelPackageSpec {
  /** The model package group. */
  readonly group: Input<string>;
  readonly containers: readonly Container[];
  /** The content types that the first container takes. */
  readonly accepts: readonly Input<string>[];
  /** The content types that the last container answers with. */
  readonly returns: readonly Input<string>[];
  /** The machines it may run on, for batches and behind an endpoint. */
  readonly instances?: readonly Input<TransformInstanceType & ProductionVariantInstanceType>[] | undefined;
  /** `PendingManualApproval` when left out. */
  readonly approval?: Input<ModelApprovalStatus> | undefined;
  /** Where the evaluation's JSON lies. */
  readonly metrics?: Input<string> | undefined;
  readonly description?: Input<string> | undefined;
}

/** Arguments of a step that registers a model package. */
export function modelPackage(spec: ModelPackageSpec): RegisterModelArguments {
  const { instances, metrics } = spec;
  return {
    ModelPackageGroupName: spec.group,
    ...(spec.description === undefined ? {} : { ModelPackageDescription: spec.description }),
    ...(metrics === undefined
      ? {}
      : { ModelMetrics: { ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: metrics } } } }),
    InferenceSpecification: {
      Containers: spec.containers,
      SupportedContentTypes: spec.accepts,
      SupportedResponseMIMETypes: spec.returns,
      ...(instances === undefined
        ? {}
        : { SupportedRealtimeInferenceInstanceTypes: instances, SupportedTransformInstanceTypes: instances }),
    },
    ModelApprovalStatus: spec.approval ?? 'PendingManualApproval',
    SkipModelValidation: 'None',
  };
}

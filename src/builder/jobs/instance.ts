import type { ProcessingInstanceType, TrainingInstanceType, TransformInstanceType } from '@aws-sdk/client-sagemaker';
import type { Input } from '../../aws/input.ts';

/** The machines that a job runs on. */
export interface Instance<Type extends string> {
  readonly type: Input<Type>;
  /** One when left out. */
  readonly count?: Input<number> | undefined;
  /** 30 when left out. */
  readonly volumeGB?: Input<number> | undefined;
}

export type ProcessingInstance = Instance<ProcessingInstanceType>;
export type TrainingInstance = Instance<TrainingInstanceType>;
export type TransformInstance = Instance<TransformInstanceType>;

// AWS's own default for a job that says nothing is no default at all; the Python SDK's is this.
const VOLUME_GB = 30;

/** An instance in the members that processing's and training's requests share. */
export function cluster<Type extends string>({
  type,
  count = 1,
  volumeGB = VOLUME_GB,
}: Instance<Type>): {
  InstanceType: Input<Type>;
  InstanceCount: Input<number>;
  VolumeSizeInGB: Input<number>;
} {
  return { InstanceType: type, InstanceCount: count, VolumeSizeInGB: volumeGB };
}

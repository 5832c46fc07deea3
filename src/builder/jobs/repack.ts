import type { Input } from '../../aws/input.ts';
import type { SklearnTrainingVersion } from '../../aws/generated/images.ts';
import type { Expr } from '../../definition/expr.ts';
import { type Code, programOf } from '../asset.ts';
import { join } from '../join.ts';
import type { JobOptions } from '../steps/define.ts';
import { type ProcessingStep, processing } from '../steps/processing.ts';
import { type ImageChoice, imageOf } from './image.ts';
import { type ProcessingInstance, cluster } from './instance.ts';
import { placeOfStep } from './place.ts';
import { processingInput, processingOutput } from './processing-input.ts';

/** A model archive that is to get the code that serves it. */
export interface RepackSpec extends Partial<ImageChoice<SklearnTrainingVersion>> {
  /** Where the `model.tar.gz` lies. */
  readonly model: Input<string>;
  /** The script that serves it, or a folder with it: it becomes `code/` of the archive. */
  readonly code: Code;
  readonly entry?: string | undefined;
  readonly instance: ProcessingInstance;
  /** Where the new archive goes, as a prefix; a place of this execution and step when left out. */
  readonly output?: Input<string> | undefined;
}

/** A step that puts code into a model archive. */
export interface RepackStep extends ProcessingStep<'model'> {
  /** Where the new `model.tar.gz` lies. */
  readonly model: Expr<string>;
}

const ROOT = '/opt/ml/processing';
// A word of an entry point has 256 characters at most.
const REPACK =
  `set -e; cd "$(mktemp -d)"; tar xzf ${ROOT}/input/model/*.tar.gz; rm -rf code; mkdir code; ` +
  `cp -r ${ROOT}/input/code/. code; tar czf ${ROOT}/output/model/model.tar.gz *`;

/**
 * A step that puts the code that serves a model into the model's archive, where images such as PyTorch's look for it. A
 * training script that writes `code/` itself needs none.
 *
 * @example const packed = repack('AddCode', { model: train.properties.ModelArtifacts.S3ModelArtifacts, code: asset(import.meta, 'serve'), entry: 'inference.py', instance });
 */
export function repack(name: string, spec: RepackSpec, options?: JobOptions): RepackStep {
  const { code } = programOf(spec.code, spec.entry, false);
  const step = processing(
    name,
    {
      ProcessingResources: { ClusterConfig: cluster(spec.instance) },
      AppSpecification: {
        ImageUri: imageOf('sklearn', 'training', { ...spec, version: spec.version ?? '1.2-1' }),
        ContainerEntrypoint: ['/bin/bash', '-c', REPACK],
      },
      ProcessingInputs: [
        processingInput('model', { uri: spec.model, localPath: `${ROOT}/input/model` }),
        processingInput('code', { uri: code, localPath: `${ROOT}/input/code` }),
      ],
      ProcessingOutputConfig: {
        Outputs: [processingOutput('model', spec.output ?? placeOfStep('model'), `${ROOT}/output/model`)],
      },
    },
    options,
  );
  return Object.freeze({ ...step, model: join('/', step.output('model'), 'model.tar.gz') });
}

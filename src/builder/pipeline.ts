import type { Input } from '../aws/input.ts';
import type { Parameters } from './parameter.ts';
import { nodeOfStep, type Step } from './steps/define.ts';
import type { StepNode } from './node.ts';

/** Marks a pipeline, whichever copy of the library made it. */
const PIPELINE: unique symbol = Symbol.for('sagemaker-pipelines.pipeline');

/** Where an execution's jobs are tracked. */
interface Experiment {
  readonly ExperimentName: Input<string>;
  readonly TrialName: Input<string>;
}

/** What a pipeline is made of. */
export interface PipelineSpec<P extends Parameters> {
  readonly name: string;
  readonly description?: string | undefined;
  /** The parameters, each under the name it has in the document. */
  readonly parameters?: P | undefined;
  /** What is listed runs. Steps that these read from come along, into the innermost block that holds their readers. */
  readonly steps: readonly Step[];
  /** Where jobs are tracked: by default under the pipeline's name and the execution's id; `null` for nowhere. */
  readonly experiment?: Experiment | null | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** How many steps may run at once. */
  readonly parallelism?: number | undefined;
  /** Members of the document that have no word here, in AWS's spelling; `undefined` leaves one out that there is else. */
  readonly siblings?: { readonly [member: string]: unknown } | undefined;
}

/** A pipeline: a pure value, the same wherever and whenever it is made. */
export interface Pipeline<P extends Parameters = Parameters> {
  readonly name: string;
  readonly parameters: P;
  readonly [PIPELINE]: PipelineParts;
}

/** What `emit` reads of a pipeline. */
export interface PipelineParts {
  readonly name: string;
  readonly description: string | undefined;
  readonly parameters: Parameters;
  readonly steps: readonly StepNode[];
  readonly experiment: Experiment | null | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly parallelism: number | undefined;
  readonly siblings: { readonly [member: string]: unknown };
}

/**
 * Puts a pipeline together.
 *
 * @example
 * export default definePipeline({ name: 'batch-inference', parameters: { ModelName }, steps: [predict] });
 */
export function definePipeline<const P extends Parameters = {}>(spec: PipelineSpec<P>): Pipeline<P> {
  const parameters = Object.freeze({ ...spec.parameters }) as P;
  const parts: PipelineParts = {
    name: spec.name,
    description: spec.description,
    parameters,
    steps: Object.freeze(spec.steps.map(nodeOfStep)),
    experiment: spec.experiment,
    tags: Object.freeze({ ...spec.tags }),
    parallelism: spec.parallelism,
    siblings: Object.freeze({ ...spec.siblings }),
  };
  return Object.freeze({ name: spec.name, parameters, [PIPELINE]: Object.freeze(parts) });
}

/** Whether a value is a pipeline, whichever copy of the library made it. */
export function isPipeline(value: unknown): value is Pipeline {
  return typeof value === 'object' && value !== null && PIPELINE in value;
}

/** What a pipeline is made of, for `emit`. */
export function partsOfPipeline(pipeline: Pipeline): PipelineParts {
  return pipeline[PIPELINE];
}

import type { Assembly } from '../definition/assembly.ts';
import { isObject } from '../definition/expression.ts';

/** What `describe-pipeline` answers: the definition as text, and what AWS keeps beside it. */
export interface DescribedPipeline {
  readonly text: string;
  readonly about: Partial<Pick<Assembly, 'name' | 'description' | 'parallelism'>>;
}

/**
 * What a text says of a pipeline when it is AWS's answer about one, else undefined.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribePipeline.html
 */
export function describedIn(text: string): DescribedPipeline | undefined {
  // A large definition is not read twice to find out.
  if (!text.includes('"PipelineDefinition"')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // `parse` says it better.
    return undefined;
  }
  if (!isObject(value) || typeof value['PipelineDefinition'] !== 'string') return undefined;
  const { PipelineName: name, PipelineDescription: description, ParallelismConfiguration: parallel } = value;
  const most = isObject(parallel) ? parallel['MaxParallelExecutionSteps'] : undefined;
  const about = {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof most === 'number' ? { parallelism: most } : {}),
  };
  return { text: value['PipelineDefinition'], about };
}

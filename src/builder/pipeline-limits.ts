import { PIPELINE_NAME_RULE, isPipelineName } from '../aws/pipeline-name.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import type { PipelineParts } from './pipeline.ts';

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html
const LONGEST_DESCRIPTION = 3072;
const MOST_TAGS = 50;

/** What AWS would refuse of a pipeline beside its document. */
export function* pipelineFaults({ name, description, tags, parallelism }: PipelineParts): Generator<Diagnostic> {
  if (!isPipelineName(name)) {
    const message = `"${name.length > 80 ? `${name.slice(0, 79)}…` : name}" is no name for a pipeline in AWS`;
    const fix = `${PIPELINE_NAME_RULE}; or deploy it under another: --pipeline-name`;
    yield { code: 'illegal-name', severity: 'warning', message, fix };
  }
  if (description !== undefined && description.length > LONGEST_DESCRIPTION) {
    const message = `The description of ${name} has ${description.length} characters; AWS takes ${LONGEST_DESCRIPTION}`;
    yield { code: 'too-large', severity: 'error', message };
  }
  const count = Object.keys(tags).length;
  if (count > MOST_TAGS) {
    yield { code: 'too-large', severity: 'error', message: `${name} has ${count} tags; AWS takes ${MOST_TAGS}` };
  }
  if (parallelism !== undefined && !(Number.isInteger(parallelism) && parallelism >= 1)) {
    const message = `The parallelism of ${name} must be a whole number from 1, this is ${parallelism}`;
    yield { code: 'out-of-range', severity: 'error', message };
  }
}

/** What SageMaker takes as the name of a pipeline: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html */
export function isPipelineName(name: string): boolean {
  return /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,255}$/.test(name);
}

/** The same in words. */
export const PIPELINE_NAME_RULE = 'letters and digits, with dashes between them, at most 256';

const GUIDE = 'https://docs.aws.amazon.com/sagemaker/latest/dg/';
const API = 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_';

/** Every kind of fault that a check can find: what it means, and AWS's page about it. `docs/rules.md` is made of these. */
export const CODES = {
  'branch-may-not-run': {
    meaning:
      'A step reads from one that stands in a branch of a condition. When the branch is not taken, there is nothing to read.',
    page: `${GUIDE}build-and-manage-steps-types.html`,
  },
  'cache-config': {
    meaning: '`CacheConfig` says with literals whether earlier results count, and for how long: an ISO 8601 duration.',
    page: `${GUIDE}pipelines-caching.html`,
  },
  'condition-operands': {
    meaning:
      'A condition compares what cannot be compared. It is an error where the document itself says both types, else a warning.',
    page: `${GUIDE}build-and-manage-steps-types.html`,
  },
  'condition-shape': {
    meaning: 'A condition is of a kind that there is not, or lacks what its kind needs.',
    page: `${GUIDE}build-and-manage-steps-types.html`,
  },
  contradiction: {
    meaning: 'Two arguments of a job contradict each other.',
    page: `${API}CreateTransformJob.html`,
  },
  cycle: {
    meaning: 'Steps wait for each other, so that none of them begins. Reading from a step is waiting for it.',
    page: `${GUIDE}build-and-manage-data-dependency.html`,
  },
  'document-shape': {
    meaning: 'The document, a step or a parameter lacks the shape that everything else stands on.',
    page: `${GUIDE}define-pipeline.html`,
  },
  'duplicate-name': {
    meaning: 'Two outputs, inputs, channels, property files, variants or tags of a step have one name.',
    page: `${API}ProcessingOutput.html`,
  },
  'duplicate-parameter': { meaning: 'Two parameters have one name.', page: `${GUIDE}build-and-manage-parameters.html` },
  'duplicate-step': {
    meaning: 'Two steps have one name. Names count through all branches of all conditions.',
    page: `${GUIDE}build-and-manage-steps.html`,
  },
  'fail-depended-on': {
    meaning: 'A step waits for a Fail step or reads from it. The execution ends there.',
    page: `${GUIDE}build-and-manage-steps-types.html`,
  },
  'illegal-name': {
    meaning: 'A name has letters that AWS does not allow there, or too many of them.',
    page: `${API}PipelineExecutionStep.html`,
  },
  'malformed-expression': {
    meaning: 'A `Get`, `Std:Join` or `Std:JsonGet` is not built as AWS reads it.',
    page: `${GUIDE}build-and-manage-properties.html`,
  },
  'misplaced-expression': {
    meaning:
      'An expression stands where AWS wants a literal, or in place of a whole list or object. It may stand for the texts, numbers and flags inside.',
    page: `${GUIDE}build-and-manage-properties.html`,
  },
  'missing-member': {
    meaning: 'Something that AWS needs is not there.',
    page: `${API}CreateProcessingJob.html`,
  },
  'one-of': {
    meaning: 'Of several members AWS takes exactly one.',
    page: `${API}CreateModel.html`,
  },
  'out-of-range': {
    meaning:
      "A number, the length of a text or the size of a list is outside of AWS's bounds. What other services hand out, and the jobs of checks, give a warning.",
    page: `${API}ProcessingClusterConfig.html`,
  },
  'parameter-default': {
    meaning: "A parameter's default is not of its type.",
    page: `${GUIDE}build-and-manage-parameters.html`,
  },
  'parameter-enum': {
    meaning:
      "A parameter's values are listed wrongly: the default is none of them, there are more than 16, or it is no text.",
    page: `${GUIDE}build-and-manage-parameters.html`,
  },
  'pattern-mismatch': {
    meaning:
      'A text does not look as AWS wants it. What other services hand out, and the jobs of checks, give a warning.',
    page: `${API}ProcessingS3Input.html`,
  },
  'retry-policy': {
    meaning: 'A retry policy is outside of its limits, says two things at once, or names no failure that there is.',
    page: `${GUIDE}pipelines-retry-policy.html`,
  },
  'serving-code-location': {
    meaning: "A model's image will not find the code that serves the model: it looks somewhere else, or is not told.",
    page: `${GUIDE}your-algorithms-inference-code.html`,
  },
  'shared-output': {
    meaning: 'Two outputs that may both be written go to one place, and overwrite each other.',
    page: `${API}TransformOutput.html`,
  },
  'step-option': {
    meaning: 'A step is told something that means nothing to a step of its type.',
    page: `${GUIDE}build-and-manage-steps-types.html`,
  },
  'too-large': { meaning: 'There is more of something than AWS takes.', page: `${API}CreatePipeline.html` },
  'type-mismatch': {
    meaning:
      'An expression of one type stands where AWS wants another. Parameters, outputs and properties have types; what is read from a JSON file has none before it is read.',
    page: `${GUIDE}build-and-manage-properties.html`,
  },
  'unfit-default': {
    meaning: "A parameter's default does not fit where the parameter is read. A start may still give another value.",
    page: `${GUIDE}build-and-manage-parameters.html`,
  },
  'unknown-instance-type': {
    meaning: 'An instance type that this check does not know: a slip, or newer than the check.',
    page: `${API}ProcessingClusterConfig.html`,
  },
  'unknown-member': {
    meaning:
      "A member that AWS does not know. In the arguments of jobs it is an error where it is spelt nearly like one that AWS's model has; any other may be newer than the check.",
    page: `${API}CreateProcessingJob.html`,
  },
  'unknown-output': {
    meaning:
      'A property file is in an output that its step does not have. It is an error when something reads the file.',
    page: `${GUIDE}build-and-manage-propertyfile.html`,
  },
  'unknown-parameter': {
    meaning: 'A parameter is read and not declared.',
    page: `${GUIDE}build-and-manage-parameters.html`,
  },
  'unknown-property': {
    meaning: "A step has no such property, by AWS's model of what describes its job, or no such output.",
    page: `${GUIDE}build-and-manage-properties.html`,
  },
  'unknown-property-file': {
    meaning: '`Std:JsonGet` reads a property file that the step does not declare.',
    page: `${GUIDE}build-and-manage-propertyfile.html`,
  },
  'unknown-reference': {
    meaning: 'The text of a `Get` refers to nothing.',
    page: `${GUIDE}build-and-manage-properties.html`,
  },
  'unknown-step': {
    meaning: 'A step is waited for or read from, and is not in the pipeline.',
    page: `${GUIDE}build-and-manage-data-dependency.html`,
  },
  'unknown-step-type': {
    meaning: 'A type of step that this check does not know: a slip, or newer than the check.',
    page: `${GUIDE}build-and-manage-steps-types.html`,
  },
  'unknown-value': { meaning: 'AWS takes only certain values here.', page: `${API}ProcessingS3Input.html` },
  'unknown-variable': {
    meaning: 'An execution has no such variable.',
    page: `${GUIDE}build-and-manage-variables.html`,
  },
  'unsupported-version': { meaning: 'There is one version of the schema.', page: `${GUIDE}define-pipeline.html` },
  'unused-parameter': {
    meaning: 'Nothing reads a parameter: a slip, or left over.',
    page: `${GUIDE}build-and-manage-parameters.html`,
  },
  'wrong-type': {
    meaning: 'A text stands where AWS wants a number, a flag in quotes, one thing in place of a list.',
    page: `${API}ProcessingInput.html`,
  },
} as const;

export type Code = keyof typeof CODES;

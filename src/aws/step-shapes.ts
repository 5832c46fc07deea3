/** Which shapes of AWS's API are behind a step of a type. */
interface StepShapes {
  /** The request that the step's `Arguments` make. */
  readonly request: string;
  /** The answers whose members are the step's properties; none where AWS documents none. */
  readonly answers: readonly string[];
}

const PROCESSING = { request: 'CreateProcessingJobRequest', answers: ['DescribeProcessingJobResponse'] };

// https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-properties.html
const STEP_SHAPES: Readonly<Record<string, StepShapes>> = {
  Processing: PROCESSING,
  // The properties of a check are its baselines, which no answer of the API has.
  QualityCheck: { ...PROCESSING, answers: [] },
  ClarifyCheck: { ...PROCESSING, answers: [] },
  Training: { request: 'CreateTrainingJobRequest', answers: ['DescribeTrainingJobResponse'] },
  Tuning: {
    request: 'CreateHyperParameterTuningJobRequest',
    answers: ['DescribeHyperParameterTuningJobResponse', 'ListTrainingJobsForHyperParameterTuningJobResponse'],
  },
  Transform: { request: 'CreateTransformJobRequest', answers: ['DescribeTransformJobResponse'] },
  Model: { request: 'CreateModelInput', answers: ['DescribeModelOutput'] },
  RegisterModel: { request: 'CreateModelPackageInput', answers: ['DescribeModelPackageOutput'] },
  AutoML: { request: 'CreateAutoMLJobRequest', answers: ['DescribeAutoMLJobResponse'] },
  EndpointConfig: { request: 'CreateEndpointConfigInput', answers: ['DescribeEndpointConfigOutput'] },
  Endpoint: { request: 'CreateEndpointInput', answers: ['DescribeEndpointOutput'] },
  InferenceComponent: { request: 'CreateInferenceComponentInput', answers: ['DescribeInferenceComponentOutput'] },
  EMR: { request: 'emr.StepArguments', answers: ['emr.Step'] },
  EMRServerless: { request: 'emr-serverless.StepArguments', answers: [] },
  Lineage: { request: 'LineageArguments', answers: [] },
  BedrockCustomModel: { request: 'bedrock.CreateCustomModelRequest', answers: [] },
  BedrockCustomModelDeployment: { request: 'bedrock.CreateCustomModelDeploymentRequest', answers: [] },
  BedrockModelImport: { request: 'bedrock.CreateModelImportJobRequest', answers: [] },
  BedrockProvisionedModelThroughput: { request: 'bedrock.CreateProvisionedModelThroughputRequest', answers: [] },
};

/** The shapes behind a step; undefined where `Arguments` are free (Lambda, Callback) or no request (Condition, Fail), and for what is no text. */
export function stepShapes(type: string): StepShapes | undefined {
  return typeof type === 'string' && Object.hasOwn(STEP_SHAPES, type) ? STEP_SHAPES[type] : undefined;
}

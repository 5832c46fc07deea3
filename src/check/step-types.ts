/** What a member beside `Arguments` holds. `null` stands for "not given" everywhere: the Python SDK writes it. */
export type Sibling =
  | { readonly kind: 'flag' | 'outputs'; readonly required?: boolean }
  | { readonly kind: 'text'; readonly form?: Form; readonly required?: boolean }
  | { readonly kind: 'enum'; readonly values: readonly string[]; readonly required?: boolean };

/** How a text has to look, and one that does. */
interface Form {
  readonly pattern: RegExp;
  readonly example: string;
}

/** What AWS lets a step of a type have beside its arguments. */
interface StepType {
  readonly retries?: boolean;
  readonly cache?: boolean;
  readonly propertyFiles?: boolean;
  readonly siblings?: Readonly<Record<string, Sibling>>;
}

const FUNCTION: Form = {
  pattern: /^arn:aws[a-z-]*:lambda:[^:]+:[^:]+:function:.+$/,
  example: 'arn:aws:lambda:REGION:ACCOUNT:function:NAME',
};
const QUEUE: Form = { pattern: /^https?:\/\/[^/]+\/.+$/, example: 'https://sqs.REGION.amazonaws.com/ACCOUNT/NAME' };
const [JOB, CALL]: StepType[] = [{ retries: true, cache: true }, { retries: true }];
const BASELINE: Readonly<Record<string, Sibling>> = {
  ModelPackageGroupName: { kind: 'text' },
  SkipCheck: { kind: 'flag' },
  FailOnViolation: { kind: 'flag' },
  RegisterNewBaseline: { kind: 'flag' },
  SuppliedBaselineConstraints: { kind: 'text' },
};

// https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
export const STEP_TYPES: Readonly<Record<string, StepType>> = {
  Processing: { ...JOB, propertyFiles: true },
  Training: JOB!,
  Tuning: JOB!,
  Transform: JOB!,
  AutoML: JOB!,
  EMR: JOB!,
  EMRServerless: JOB!,
  EndpointConfig: JOB!,
  Model: CALL!,
  RegisterModel: CALL!,
  Endpoint: { cache: true },
  Lambda: {
    cache: true,
    siblings: { FunctionArn: { kind: 'text', form: FUNCTION, required: true }, OutputParameters: { kind: 'outputs' } },
  },
  Callback: {
    cache: true,
    siblings: { SqsQueueUrl: { kind: 'text', form: QUEUE, required: true }, OutputParameters: { kind: 'outputs' } },
  },
  QualityCheck: {
    cache: true,
    siblings: {
      CheckType: { kind: 'enum', values: ['DATA_QUALITY', 'MODEL_QUALITY'], required: true },
      ...BASELINE,
      SuppliedBaselineStatistics: { kind: 'text' },
    },
  },
  ClarifyCheck: {
    cache: true,
    siblings: {
      CheckType: { kind: 'enum', values: ['DATA_BIAS', 'MODEL_BIAS', 'MODEL_EXPLAINABILITY'], required: true },
      ...BASELINE,
      ModelName: { kind: 'text' },
    },
  },
  Condition: {},
  Fail: {},
  InferenceComponent: {},
  Lineage: {},
  BedrockCustomModel: {},
  BedrockCustomModelDeployment: {},
  BedrockModelImport: {},
  BedrockProvisionedModelThroughput: {},
  Job: JOB!,
};

/** What is known of a type; undefined for one that this library does not know. */
export function stepType(type: string): StepType | undefined {
  return Object.hasOwn(STEP_TYPES, type) ? STEP_TYPES[type] : undefined;
}

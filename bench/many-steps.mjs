// @ts-check
// Builds and emits a pipeline of many steps, once, and says what that took: many-steps.mjs STEPS [--print] [--without-positions]
// Its twin is peers/many_steps.py; the bench holds their documents against each other.

/** @typedef {typeof import('../src/index.ts')} Library */

const { check, definePipeline, emit, parameter, step, toJson } = /** @type {Library} */ (
  await import(new URL('../dist/index.js', import.meta.url).href)
);

const CHAIN = 100;

/** Chains of processing jobs: the first of a chain reads the parameter, each other one what the one before it wrote. @param {number} count */
function build(count) {
  const InputDataUrl = parameter.string({ default: 's3://bucket/input' });
  /** @type {ReturnType<typeof job>[]} */
  const steps = [];
  for (let index = 0; index < count; index++) {
    const before = index % CHAIN === 0 ? undefined : steps[index - 1];
    steps.push(job(index, before === undefined ? InputDataUrl : before.output('data')));
  }
  return definePipeline({ name: 'many-steps', parameters: { InputDataUrl }, steps });
}

/** @param {number} index @param {import('../src/definition/expr.ts').Expr<string>} input */
function job(index, input) {
  return step.processing(`Step${index}`, {
    AppSpecification: {
      ImageUri: '111122223333.dkr.ecr.us-east-1.amazonaws.com/image:1',
      ContainerEntrypoint: ['python3', 'run.py'],
    },
    Environment: { INDEX: String(index) },
    ProcessingInputs: [
      {
        InputName: 'data',
        AppManaged: false,
        S3Input: {
          S3Uri: input,
          LocalPath: '/opt/ml/processing/input',
          S3DataType: 'S3Prefix',
          S3InputMode: 'File',
          S3DataDistributionType: 'FullyReplicated',
          S3CompressionType: 'None',
        },
      },
    ],
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: 'data',
          AppManaged: false,
          S3Output: {
            S3Uri: `s3://bucket/output/${index}`,
            LocalPath: '/opt/ml/processing/output',
            S3UploadMode: 'EndOfJob',
          },
        },
      ],
    },
    ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 30 } },
    RoleArn: 'arn:aws:iam::111122223333:role/SageMakerRole',
  });
}

// V8 writes the place of a step down when it is asked to: here it does nothing instead.
if (process.argv.includes('--without-positions')) Error.captureStackTrace = () => undefined;

const peak = () => process.resourceUsage().maxRSS / 1024;

const before = peak();
const start = performance.now();
const pipeline = build(Number(process.argv[2]));
const built = performance.now();
const { definition } = emit(pipeline, { region: 'us-east-1' });
const emitted = performance.now();
const text = toJson(definition);
const written = performance.now();
const memory = { before, peak: peak() };
check(definition);
const checked = performance.now();
const times = {
  build: built - start,
  emit: emitted - built,
  text: written - emitted,
  whole: written - start,
  check: checked - written,
};
process.stdout.write(process.argv.includes('--print') ? text : JSON.stringify({ ...times, ...memory }));

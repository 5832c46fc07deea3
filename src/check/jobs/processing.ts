import { show } from '../describe.ts';
import { type Fault, error, warning } from '../rule.ts';
import { type Job, type Part, oneOf, partOf, partsOf, placeOf, textOf } from './job.ts';

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingInput.html
export const processing: Job = {
  types: ['Processing'],
  *faults(args): Generator<Fault> {
    for (const input of partsOf(args, 'ProcessingInputs')) {
      yield* oneOf(input, 'A processing input', ['S3Input', 'DatasetDefinition'], true);
      const s3 = partOf(input, 'S3Input');
      if (s3 !== undefined) yield* placeFaults(s3);
      if (s3 === undefined || textOf(s3, 'S3CompressionType') !== 'Gzip') continue;
      // Without a mode AWS decides; only what is said to be File contradicts.
      if (textOf(s3, 'S3InputMode') !== 'File') continue;
      yield error('contradiction', s3.path, `S3CompressionType Gzip of step ${args.step.Name} needs S3InputMode Pipe`, {
        detail: 'AWS unpacks only what it streams',
        fix: 'set S3InputMode to Pipe, or S3CompressionType to None',
      });
    }
    const config = partOf(args, 'ProcessingOutputConfig');
    for (const output of config === undefined ? [] : partsOf(config, 'Outputs')) {
      yield* oneOf(output, 'A processing output', ['S3Output', 'FeatureStoreOutput'], true);
    }
  },
};

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingS3Input.html */
function* placeFaults(input: Part): Generator<Fault> {
  const path = textOf(input, 'LocalPath');
  if (path === undefined || path.startsWith('/opt/ml/processing')) return;
  const message = `LocalPath of an input of step ${input.step.Name} is ${show(path)}; AWS wants it beneath /opt/ml/processing`;
  yield warning('pattern-mismatch', placeOf(input, 'LocalPath'), message, {
    fix: `write "/opt/ml/processing/${path.split('/').at(-1)}"`,
  });
}

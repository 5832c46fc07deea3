import { readJsonPath } from '../../definition/json-path.ts';
import { show } from '../describe.ts';
import { type Fault, error, warning } from '../rule.ts';
import { type Job, type Part, numberOf, partOf, placeOf, textOf, valueOf } from './job.ts';

const LARGEST_MEGABYTES = 100;
const LONGEST_FILTER = 63;
const JOINABLE = ['text/csv', 'application/json', 'application/jsonlines'];

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
export const transform: Job = {
  types: ['Transform'],
  *faults(args): Generator<Fault> {
    const [concurrent, payload] = ['MaxConcurrentTransforms', 'MaxPayloadInMB'].map((name) => numberOf(args, name));
    if (concurrent !== undefined && payload !== undefined && concurrent * payload > LARGEST_MEGABYTES) {
      const message = `MaxConcurrentTransforms × MaxPayloadInMB of step ${args.step.Name} is ${concurrent * payload}; AWS takes ${LARGEST_MEGABYTES} at most`;
      yield error('out-of-range', args.path, message, {
        detail: `${concurrent} × ${payload} MB`,
      });
    }
    if (payload !== undefined && payload > LARGEST_MEGABYTES && concurrent === undefined) {
      const message = `MaxPayloadInMB of step ${args.step.Name} must be at most ${LARGEST_MEGABYTES}, this is ${payload}`;
      yield error('out-of-range', placeOf(args, 'MaxPayloadInMB'), message);
    }
    const input = partOf(args, 'TransformInput');
    yield* sourceFaults(input);
    const split = input === undefined ? undefined : splitOf(input);
    if (textOf(args, 'BatchStrategy') !== undefined && split === 'None') {
      const message = `BatchStrategy of step ${args.step.Name} has no effect without a SplitType`;
      yield warning('contradiction', placeOf(args, 'BatchStrategy'), message, {
        detail: 'an object that is not split is one request',
        fix: 'set SplitType to Line, RecordIO or TFRecord',
      });
    }
    const [processing, output] = [partOf(args, 'DataProcessing'), partOf(args, 'TransformOutput')];
    if (processing !== undefined) yield* filterFaults(processing, input);
    if (processing === undefined || input === undefined || output === undefined) return;
    if (textOf(processing, 'JoinSource') === 'Input') yield* joinFaults(args, input, output);
  },
};

/** Of the kinds of source that its type has, a transform job takes all but one. */
function* sourceFaults(input: Part | undefined): Generator<Fault> {
  const data = input && partOf(input, 'DataSource');
  const source = data && partOf(data, 'S3DataSource');
  if (source === undefined || textOf(source, 'S3DataType') !== 'AugmentedManifestFile') return;
  const message = `S3DataType of step ${source.step.Name} cannot be "AugmentedManifestFile": a transform job does not take it`;
  yield error('unknown-value', placeOf(source, 'S3DataType'), message, { detail: 'AWS takes: ManifestFile, S3Prefix' });
}

/** What the part of JSONPath that Batch Transform knows does not have; the lengths are the API's. */
function* filterFaults(processing: Part, input: Part | undefined): Generator<Fault> {
  const content = input && textOf(input, 'ContentType');
  const contentType = content === undefined ? undefined : bare(content);
  for (const member of ['InputFilter', 'OutputFilter']) {
    const text = textOf(processing, member);
    if (text === undefined || text.length > LONGEST_FILTER) continue;
    const reading = readJsonPath(text, { member, contentType });
    if (!('problem' in reading)) continue;
    const message = `${member} of step ${processing.step.Name} cannot be ${show(text)}`;
    yield error('pattern-mismatch', placeOf(processing, member), message, { detail: reading.problem });
  }
}

/** The way of splitting; undefined while it is open. */
function splitOf(input: Part): string | undefined {
  return valueOf(input, 'SplitType') === undefined ? 'None' : textOf(input, 'SplitType');
}

/** What can be joined with its input: https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html */
function* joinFaults({ step }: Part, input: Part, output: Part): Generator<Fault> {
  const why = 'the input is joined record by record with what the model answers';
  const [content, accept] = [textOf(input, 'ContentType'), textOf(output, 'Accept')];
  for (const [part, name, type] of [
    [input, 'ContentType', content],
    [output, 'Accept', accept],
  ] as const) {
    const place = placeOf(part, name);
    if (valueOf(part, name) === undefined) {
      const message = `${name} is missing in step ${step.Name}, which joins its input`;
      yield warning('contradiction', place, message, { detail: `AWS joins ${JOINABLE.join(', ')}` });
    } else if (type !== undefined && !JOINABLE.includes(bare(type))) {
      const message = `${name} ${show(type)} of step ${step.Name} cannot be joined with the input`;
      yield error('contradiction', place, message, { detail: `AWS joins ${JOINABLE.join(', ')}` });
    }
  }
  if (content !== undefined && accept !== undefined && bare(content) !== bare(accept)) {
    const message = `Accept ${show(accept)} of step ${step.Name} differs from ContentType ${show(content)}; a join needs them alike`;
    yield error('contradiction', placeOf(output, 'Accept'), message, { detail: why });
  }
  const split = splitOf(input);
  const assemble = valueOf(output, 'AssembleWith') === undefined ? 'None' : textOf(output, 'AssembleWith');
  const byLine = content === undefined ? false : ['text/csv', 'application/jsonlines'].includes(bare(content));
  for (const [part, name, value] of [
    [input, 'SplitType', split],
    [output, 'AssembleWith', assemble],
  ] as const) {
    if (!byLine || value === undefined || value === 'Line') continue;
    const message = `${name} of step ${step.Name} must be Line to join ${bare(content!)} with its input, this is ${value}`;
    yield error('contradiction', placeOf(part, name), message, { detail: why, fix: `set ${name} to Line` });
  }
}

/** A content type without its parameters. */
function bare(type: string): string {
  return type.split(';', 1)[0]!.trim().toLowerCase();
}

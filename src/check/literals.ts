import type { Range, Shape } from '../aws/shapes.ts';
import { didYouMean } from '../definition/suggest.ts';
import type { Argument } from './argument.ts';
import { listed, show } from './describe.ts';
import { type Fault, error, warning } from './rule.ts';

/** A literal against the shape that AWS gives for its place. */
export function* literalFaults(argument: Argument): Generator<Fault> {
  const { value, shape, path, label } = argument;
  switch (shape.kind) {
    case 'text':
      if (typeof value === 'string') yield* textFaults(value, shape, argument);
      else yield mistyped(argument, 'a text', fixOfText(argument));
      return;
    case 'enum':
      if (typeof value === 'string') yield* enumFaults(value, shape, argument);
      else yield mistyped(argument, 'a text', fixOfText(argument));
      return;
    case 'integer':
    case 'float':
      if (typeof value !== 'number') {
        const isNumber = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
        yield mistyped(argument, 'a number', isNumber ? `write ${value} without quotes` : undefined);
      } else if (shape.kind === 'integer' && !Number.isInteger(value)) {
        yield error('wrong-type', path, `${label} must be a whole number, this is ${value}`);
      } else if (isOutside(value, shape.range)) {
        yield error('out-of-range', path, `${label} must be ${bounds(shape.range)}, this is ${value}`);
      }
      return;
    case 'boolean':
      if (typeof value !== 'boolean') {
        const isWord = value === 'true' || value === 'false';
        yield mistyped(argument, 'true or false', isWord ? `write ${value} without quotes` : undefined);
      }
      return;
    case 'time':
      if (typeof value !== 'string' && typeof value !== 'number') yield mistyped(argument, 'a time', undefined);
      return;
    default:
  }
}

function mistyped({ value, path, label }: Argument, wanted: string, fix: string | undefined): Fault {
  return error('wrong-type', path, `${label} must be ${wanted}, this is ${show(value)}`, { fix });
}

function fixOfText({ value }: Argument): string | undefined {
  return typeof value === 'number' || typeof value === 'boolean' ? `write "${value}"` : undefined;
}

// Long texts are no names, and a pattern may take its time over them.
const LONGEST_MATCHED = 20_000;

// What other services hand out; whether it is right shows when the job looks for it.
const FOREIGN = [
  'ContentDigest',
  'FileSystemId',
  'ModelPackageFrameworkVersion',
  'TrainingRepositoryCredentialsProviderArn',
];

function* textFaults(value: string, shape: Extract<Shape, { kind: 'text' }>, argument: Argument): Generator<Fault> {
  const { path, label, isLoose } = argument;
  const fault = isLoose || FOREIGN.includes(shape.name) ? warning : error;
  if (isOutside(value.length, shape.length)) {
    yield fault(
      'out-of-range',
      path,
      `${label} must have ${bounds(shape.length)} characters, this has ${value.length}`,
      {
        detail: `it is ${show(value)}`,
      },
    );
    return;
  }
  if (shape.pattern === undefined || value.length > LONGEST_MATCHED || shape.pattern.test(value)) return;
  yield fault('pattern-mismatch', path, `${label} cannot be ${show(value)}`, {
    detail: `AWS wants it to match ${shape.pattern.source}`,
    fix: fixOfArn(shape.name),
  });
}

function fixOfArn(shape: string): string | undefined {
  return shape === 'RoleArn' ? 'give the whole ARN: arn:aws:iam::ACCOUNT:role/NAME' : undefined;
}

const INSTANCE_TYPE = /^ml\.[a-z0-9-]+\.[a-z0-9-]+$/;

function* enumFaults(value: string, shape: Extract<Shape, { kind: 'enum' }>, argument: Argument): Generator<Fault> {
  const { path, label } = argument;
  if (shape.values.has(value)) return;
  if (!shape.name.endsWith('InstanceType')) {
    yield error('unknown-value', path, `${label} cannot be ${show(value)}`, {
      detail: `AWS takes: ${listed(shape.values, 12)}`,
      fix: didYouMean(value, shape.values),
    });
  } else if (INSTANCE_TYPE.test(`ml.${value}`)) {
    yield error('unknown-value', path, `${label} cannot be ${show(value)}`, {
      detail: 'the instance types of SageMaker begin with "ml."',
      fix: `write "ml.${value}"`,
    });
  } else {
    // AWS adds instance types faster than anyone can follow.
    const message = `${label} is ${show(value)}, an instance type that this check does not know`;
    yield warning('unknown-instance-type', path, message, { fix: didYouMean(value, shape.values) });
  }
}

/** The size of a list or a map. */
export function* sizeFaults(size: number, range: Range, what: string, { path, label }: Argument): Generator<Fault> {
  if (isOutside(size, range)) {
    yield error('out-of-range', path, `${label} must have ${bounds(range)} ${what}, this has ${size}`);
  }
}

function isOutside(value: number, { least, most }: Range): boolean {
  return (least !== undefined && value < least) || (most !== undefined && value > most);
}

function bounds({ least, most }: Range): string {
  if (least === undefined || (least === 0 && most !== undefined)) return `at most ${most}`;
  if (most === undefined) return `at least ${least}`;
  return least === most ? `exactly ${least}` : `${least} to ${most}`;
}

import { type Shape, shapeOf } from '../aws/shapes.ts';
import { stepShapes } from '../aws/step-shapes.ts';
import type { Json, JsonObject } from '../definition/document.ts';
import { isExpression, isObject } from '../definition/expression.ts';
import { child } from '../definition/path.ts';
import { parseReference } from '../definition/reference.ts';
import type { Argument } from './argument.ts';
import { kindOf } from './describe.ts';
import { isIntrinsic } from './intrinsic.ts';
import { literalFaults, sizeFaults } from './literals.ts';
import { unknownArgument } from './members.ts';
import { type Fault, type StepRule, type Subject, error, warning } from './rule.ts';
import { type Known, knownValue } from './values.ts';

// The service makes a job of its own of these: AWS documents what they hold, not how it is looked at.
const CHECKS = ['QualityCheck', 'ClarifyCheck'];

/** The arguments of a step against the request that AWS makes of them. */
export const requests: StepRule = {
  on: 'step',
  *check({ step, path }, subject): Generator<Fault> {
    const shapes = stepShapes(step.Type);
    if (shapes === undefined || !isObject(step.Arguments)) return;
    const [value, shape, at] = [step.Arguments, shapeOf(shapes.request), child(path, 'Arguments')];
    // Of its own, not the call stack: EMR's configurations nest as deep as one likes.
    const open: Argument[] = [
      { value, shape, path: at, label: `step ${step.Name}`, isLoose: CHECKS.includes(step.Type) },
    ];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      yield* argumentFaults(next, step.Name, subject, open);
    }
  },
};

function* argumentFaults(argument: Argument, step: string, subject: Subject, open: Argument[]): Generator<Fault> {
  const { value, shape, path, label } = argument;
  // null is how the Python SDK writes "not given"; what CloudFormation puts in is known only there.
  if (value === null || isIntrinsic(value)) return;
  if (isExpression(value)) {
    yield* expressionFaults(argument, subject);
  } else if (shape.kind === 'structure') {
    if (isObject(value)) yield* structureFaults(argument, value, step, open);
    else yield error('wrong-type', path, `${label} must be an object, this is ${kindOf(value)}`);
  } else if (shape.kind === 'list') {
    if (!Array.isArray(value)) {
      yield error('wrong-type', path, `${label} must be a list, this is ${kindOf(value)}`, { fix: 'put it into [ ]' });
      return;
    }
    yield* sizeFaults(value.length, shape.size, 'elements', argument);
    const element = shapeOf(shape.element);
    for (const [index, inner] of (value as Json[]).entries()) {
      if (inner === null) {
        const at = child(path, index);
        yield error('wrong-type', at, `${labelOf(`${String(path.key)}[${index}]`, step)} is null`, {
          detail: 'a member that is null is not given; an element of a list has to be something',
          fix: 'take it out of the list',
        });
        continue;
      }
      open.push({
        ...argument,
        value: inner,
        shape: element,
        path: child(path, index),
        label: labelOf(`${String(path.key)}[${index}]`, step),
      });
    }
  } else if (shape.kind === 'map') {
    if (!isObject(value)) {
      yield error('wrong-type', path, `${label} must be an object, this is ${kindOf(value)}`);
      return;
    }
    yield* mapFaults(argument, shape, value, step, open);
  } else {
    yield* literalFaults(argument);
  }
}

function labelOf(name: string, step: string): string {
  return `${name} of step ${step}`;
}

function* structureFaults(argument: Argument, value: JsonObject, step: string, open: Argument[]): Generator<Fault> {
  const { shape, path, label } = argument;
  if (shape.kind !== 'structure') return;
  for (const [name, inner] of Object.entries(value)) {
    const member = shape.members.get(name);
    const at = child(path, name);
    if (member === undefined) yield unknownArgument(label, name, at, [...shape.members.keys()]);
    else open.push({ ...argument, value: inner, shape: shapeOf(member.shape), path: at, label: labelOf(name, step) });
  }
  for (const [name, { required }] of shape.members) {
    if (!required || (Object.hasOwn(value, name) && value[name] !== null)) continue;
    const isNull = Object.hasOwn(value, name);
    const message = `${name} is missing in ${label}`;
    // The Python SDK writes null where a value is to be filled in later.
    yield (isNull ? warning : error)('missing-member', child(path, name), message);
  }
  const given = Object.keys(value).filter((name) => value[name] !== null);
  if (shape.isUnion && given.length !== 1) {
    const choice = [...shape.members.keys()].join(', ');
    yield error('one-of', path, `${label} must hold exactly one of ${choice}; it holds ${given.length}`);
  }
}

function* mapFaults(
  argument: Argument,
  shape: Extract<Shape, { kind: 'map' }>,
  value: JsonObject,
  step: string,
  open: Argument[],
): Generator<Fault> {
  const { path } = argument;
  const [keyShape, valueShape] = [shapeOf(shape.key), shapeOf(shape.value)];
  const entries = Object.entries(value);
  yield* sizeFaults(entries.length, shape.size, 'entries', argument);
  for (const [key, inner] of entries) {
    const at = child(path, key);
    yield* literalFaults({
      ...argument,
      value: key,
      shape: keyShape,
      path: at,
      label: `A key of ${String(path.key)} of step ${step}`,
    });
    open.push({
      ...argument,
      value: inner,
      shape: valueShape,
      path: at,
      label: labelOf(`${key} in ${String(path.key)}`, step),
    });
  }
}

const WANTED = {
  text: { name: 'String', types: ['text'] },
  enum: { name: 'String', types: ['text'] },
  integer: { name: 'Integer', types: ['integer'] },
  float: { name: 'Float', types: ['integer', 'float'] },
  boolean: { name: 'Boolean', types: ['boolean'] },
} as const;

/** An expression: it may stand where a text, a number or a flag is wanted, and has to be of that type. */
function* expressionFaults(argument: Argument, subject: Subject): Generator<Fault> {
  const { value, shape, path, label } = argument;
  if (shape.kind === 'structure' || shape.kind === 'list' || shape.kind === 'map') {
    const what = shape.kind === 'list' ? 'Array' : 'Object';
    yield error(
      'misplaced-expression',
      path,
      `${label} cannot be an expression: AWS wants ${shape.kind === 'list' ? 'a list' : 'an object'} here`,
      {
        detail: `AWS: "Expecting start of Json ${what}"`,
        fix: 'put the expressions inside',
      },
    );
    return;
  }
  if (shape.kind === 'time') return;
  const known = knownValue(value, subject);
  if (known === undefined) return;
  const wanted = WANTED[shape.kind];
  if (wanted.types.some((type) => type === known.type)) {
    yield* defaultFaults(argument, known, subject);
  } else {
    yield error('type-mismatch', path, `${label} must be ${wanted.name}, this is ${known.what}`, {
      detail: 'AWS assigns no value of one type to an argument of another',
      fix:
        wanted.name === 'String' && known.type !== 'structure'
          ? 'make a text of it: {"Std:Join": {"On": "", "Values": [ … ]}}'
          : undefined,
    });
  }
}

/** What a parameter would bring here by itself; a start may give it another value. */
function* defaultFaults(argument: Argument, { type }: Known, subject: Subject): Generator<Fault> {
  const text = isObject(argument.value) ? argument.value['Get'] : undefined;
  const reference = typeof text === 'string' ? parseReference(text) : undefined;
  const place = reference?.root === 'Parameters' ? subject.parameters.get(reference.name) : undefined;
  const value = place?.declaration.DefaultValue;
  if (place === undefined || value === undefined || (typeof value === 'string') !== (type === 'text')) return;
  const at = child(place.path, 'DefaultValue');
  for (const { message, detail, fix } of literalFaults({ ...argument, value })) {
    yield warning('unfit-default', at, `The default of parameter ${place.declaration.Name} does not fit: ${message}`, {
      detail,
      fix,
    });
  }
}

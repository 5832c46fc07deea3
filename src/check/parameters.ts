import { type Json, type JsonObject, type ParameterType, parameterType } from '../definition/document.ts';
import { elementsOf, isExpression, isObject } from '../definition/expression.ts';
import { type Path, child, formatPath } from '../definition/path.ts';
import { RESERVED_PARAMETERS } from '../definition/bind.ts';
import { show } from './describe.ts';
import { isIntrinsic } from './intrinsic.ts';
import { unknownMember } from './members.ts';
import { type Fault, type DocumentRule, error, warning } from './rule.ts';

const MEMBERS = ['Name', 'Type', 'DefaultValue', 'EnumValues', 'Description'];
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Parameter.html
const NAME = /^[A-Za-z0-9\-_]{1,256}$/;
const MOST_VALUES = 16;
const MOST_PARAMETERS = 200;

/** The declarations of parameters, each by itself and beside the others. */
export const parameters: DocumentRule = {
  on: 'document',
  *check({ document, parameters: first }): Generator<Fault> {
    const list: unknown = document.Parameters;
    const declarations = elementsOf(list as Json);
    if (declarations.length > MOST_PARAMETERS) {
      const message = `The pipeline declares ${declarations.length} parameters; AWS takes ${MOST_PARAMETERS} values at a start`;
      yield warning('too-large', child(undefined, 'Parameters'), message);
    }
    for (const [index, declaration] of declarations.entries()) {
      if (!isObject(declaration) || typeof declaration['Name'] !== 'string') continue;
      const path = child(child(undefined, 'Parameters'), index);
      const other = first.get(declaration['Name'])!;
      if (other.declaration !== (declaration as unknown)) {
        yield error('duplicate-parameter', child(path, 'Name'), `Two parameters are named ${declaration['Name']}`, {
          detail: `the other is ${formatPath(other.path)}`,
          fix: 'take one of them away, or give it another name',
        });
      }
      yield* declarationFaults(declaration['Name'], declaration, path);
    }
  },
};

function* declarationFaults(name: string, declaration: JsonObject, path: Path): Generator<Fault> {
  if (!NAME.test(name)) {
    yield error('illegal-name', child(path, 'Name'), `${show(name)} cannot be a parameter's name`, {
      fix: 'letters, digits, hyphens and underscores, 1 to 256 of them',
    });
  }
  for (const member of Object.keys(declaration)) {
    if (!MEMBERS.includes(member)) yield unknownMember(`Parameter ${name}`, member, child(path, member), MEMBERS);
  }
  const { DefaultValue: value, EnumValues: values } = declaration;
  const type = parameterType(declaration as { readonly Name: string; readonly Type?: ParameterType });
  // A type that AWS does not know is a fault of its own, and says nothing of the values.
  if (typeof type !== 'string' || !Object.hasOwn(WANTED, type)) return;
  const at = child(path, 'DefaultValue');
  if (value !== undefined && value !== null && !isIntrinsic(value) && !fits(value, type)) {
    const isOpen = isExpression(value);
    const message = `The default of parameter ${name} must be ${isOpen ? 'a value' : WANTED[type]}, this is ${show(value)}`;
    yield error(isOpen ? 'misplaced-expression' : 'parameter-default', at, message, {
      detail: `its Type is ${type}`,
      fix: fixOf(value, type),
    });
  }
  if (Array.isArray(values)) yield* enumFaults(name, { type, value, values }, path);
}

interface Declared {
  readonly type: ParameterType;
  readonly value: Json | undefined;
  readonly values: readonly Json[];
}

function* enumFaults(name: string, { type, value, values }: Declared, path: Path): Generator<Fault> {
  const at = child(path, 'EnumValues');
  if (type !== 'String' && values.length > 0) {
    yield error('parameter-enum', at, `Parameter ${name} is of type ${type} and lists EnumValues`, {
      detail: 'AWS lets only parameters of type String list their values',
    });
    return;
  }
  if (values.length > MOST_VALUES) {
    yield error('parameter-enum', at, `Parameter ${name} lists ${values.length} EnumValues; AWS takes ${MOST_VALUES}`);
  }
  if (typeof value === 'string' && values.length > 0 && !values.includes(value)) {
    yield error(
      'parameter-enum',
      child(path, 'DefaultValue'),
      `The default of parameter ${name} is none of its EnumValues`,
      {
        detail: `it is ${show(value)}; they are ${values.slice(0, MOST_VALUES).map(show).join(', ')}`,
        fix: 'add it to EnumValues, or take one of them as the default',
      },
    );
  }
}

const WANTED: Readonly<Record<ParameterType, string>> = {
  String: 'a text',
  Integer: 'a whole number',
  Float: 'a number',
  Boolean: 'true or false',
};

function fits(value: Json, type: ParameterType): boolean {
  switch (type) {
    case 'String':
      return typeof value === 'string';
    case 'Integer':
      return Number.isInteger(value);
    case 'Float':
      return typeof value === 'number';
    case 'Boolean':
      return typeof value === 'boolean';
  }
}

function fixOf(value: Json, type: ParameterType): string | undefined {
  if (typeof value === 'number' && type === 'Integer') return 'declare it as Float, or give a whole number';
  if (type === 'String' && (typeof value === 'number' || typeof value === 'boolean')) return `write "${value}"`;
  if (typeof value === 'string' && type !== 'String') return 'write it without quotes, or declare it as String';
  return undefined;
}

/** A parameter that nothing reads is a slip, or left over. */
export const unusedParameters: DocumentRule = {
  on: 'document',
  *check({ parameters: declared, read }): Generator<Fault> {
    for (const [name, { path }] of declared) {
      if (read.parameters.has(name) || RESERVED_PARAMETERS.includes(name)) continue;
      yield warning('unused-parameter', path, `Nothing reads parameter ${name}`, { fix: 'take it out, or use it' });
    }
  },
};

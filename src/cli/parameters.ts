import { type Assembly, originOf } from '../definition/assembly.ts';
import { ARTIFACT_BUCKET, EXECUTION_ROLE_ARN } from '../definition/bind.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import {
  type Json,
  type JsonObject,
  type ParameterDeclaration,
  type ParameterType,
  type ParameterValue,
  parameterType,
} from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { didYouMean } from '../definition/suggest.ts';
import { nameOf } from './read-literal.ts';

/** Who gave a parameter its value. */
type ParameterSource = 'flag' | 'file' | 'environment' | 'sample' | 'run' | 'default';

/** A parameter of a run. */
export interface RunParameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly value: ParameterValue;
  readonly from: ParameterSource;
}

/** Values from one place. */
export interface GivenValues {
  readonly from: ParameterSource;
  readonly values: JsonObject;
  /** The file they stand in, if they stand in one. */
  readonly file?: string | undefined;
}

const RESERVED: Readonly<Record<string, string>> = {
  [ARTIFACT_BUCKET]: '--bucket',
  [EXECUTION_ROLE_ARN]: '--role-arn',
};

/**
 * The values of a run, the places that come first winning over those that follow; throws all that is wrong with them
 * at once.
 */
export function runParameters(assembly: Assembly, given: readonly GivenValues[]): RunParameter[] {
  const declared = (assembly.definition.Parameters ?? []).filter(({ Name }) => !Object.hasOwn(RESERVED, Name));
  const names = declared.map(({ Name }) => Name);
  const diagnostics: Diagnostic[] = given.flatMap((place) =>
    Object.keys(place.values)
      .filter((name) => !names.includes(name))
      .map((name) => unknownParameter(name, names, place)),
  );
  const parameters = declared.flatMap((declaration, index): RunParameter[] => {
    const { Name: name, DefaultValue: fallback } = declaration;
    const type = parameterType(declaration);
    const place = given.find(({ values }) => Object.hasOwn(values, name));
    if (place === undefined) {
      if (fallback !== undefined) return [{ name, type, value: fallback, from: 'default' }];
      diagnostics.push(missingParameter(name, assembly, index));
      return [];
    }
    const read = valueOf(declaration, place.values[name]!);
    if ('value' in read) return [{ name, type, value: read.value, from: place.from }];
    diagnostics.push(fault('bad-parameter', `${name} ${read.fault}`, { at: place.file, fix: read.fix }));
    return [];
  });
  if (diagnostics.length === 0) return parameters;
  const count = diagnostics.length === 1 ? 'A parameter is' : `${diagnostics.length} parameters are`;
  const flag = missingFlags(diagnostics);
  throw new PipelineError('usage', 'bad-parameters', `${count} not right`, { diagnostics, fix: flag });
}

/** Reads `Name=value` words; a value may hold further equals signs. */
export function readAssignments(words: readonly string[], what: 'parameter' | 'output' = 'parameter'): JsonObject {
  const flag = what === 'parameter' ? '--param' : '--output';
  const values = new Map<string, string>();
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 1) {
      throw new PipelineError('usage', 'bad-value', `"${word}" gives no ${what} a value`, {
        fix: `${flag} ${equals < 0 ? word : 'Name'}=VALUE`,
      });
    }
    const name = word.slice(0, equals);
    if (values.has(name)) {
      throw new PipelineError('usage', `repeated-${what}`, `The ${what} ${name} is given twice`, {
        fix: 'give it once',
      });
    }
    values.set(name, word.slice(equals + 1));
  }
  return Object.fromEntries(values);
}

type Reading = { readonly value: ParameterValue } | { readonly fault: string; readonly fix?: string | undefined };

/** Flags are texts, files hold typed values: either will do for every type but String, where `5` may not mean "5". */
function valueOf(declaration: ParameterDeclaration, given: Json): Reading {
  const choices = declaration.EnumValues;
  switch (parameterType(declaration)) {
    case 'String':
      if (typeof given !== 'string') {
        return {
          fault: `must be a text, it is ${nameOf(given)}`,
          fix: typeof given === 'object' ? undefined : `"${given}"`,
        };
      }
      // AWS starts no execution with an empty value.
      if (given === '') return { fault: 'is empty, and AWS takes no empty value' };
      if (choices === undefined || choices.includes(given)) return { value: given };
      return {
        fault: `cannot be "${given}"; it is one of: ${choices.join(', ')}`,
        fix: didYouMean(given, choices),
      };
    case 'Integer':
      return number(given, /^[+-]?\d+$/, Number.isSafeInteger, 'a whole number');
    case 'Float':
      return number(given, /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, Number.isFinite, 'a number');
    case 'Boolean':
      if (typeof given === 'boolean') return { value: given };
      if (typeof given === 'string' && /^(true|false)$/i.test(given)) return { value: given.toLowerCase() === 'true' };
      return { fault: `must be true or false, it is ${nameOf(given)}` };
  }
}

function number(given: Json, text: RegExp, fits: (value: number) => boolean, what: string): Reading {
  const value = typeof given === 'string' && text.test(given) ? Number(given) : given;
  return typeof value === 'number' && fits(value) ? { value } : { fault: `must be ${what}, it is ${nameOf(given)}` };
}

function unknownParameter(name: string, names: readonly string[], { file }: GivenValues): Diagnostic {
  const flag = RESERVED[name];
  if (flag !== undefined) {
    return fault('bad-parameter', `${name} is no parameter of a run`, { at: file, fix: `give it with ${flag}` });
  }
  const detail = names.length === 0 ? 'it has none' : `it has: ${names.join(', ')}`;
  const fix = didYouMean(name, names);
  return fault('unknown-parameter', `The pipeline has no parameter ${name}`, { at: file, detail, fix });
}

function missingParameter(name: string, { origins }: Assembly, index: number): Diagnostic {
  return fault('missing-parameter', `${name} has no default and was not given`, {
    at: originOf(origins, `Parameters[${index}]`),
  });
}

function missingFlags(diagnostics: readonly Diagnostic[]): string | undefined {
  const names = diagnostics
    .filter(({ code }) => code === 'missing-parameter')
    .map(({ message }) => `--param ${message.split(' ')[0]}=VALUE`);
  return names.length === 0 ? undefined : names.join(' ');
}

function fault(code: string, message: string, rest: Pick<Diagnostic, 'at' | 'detail' | 'fix'>): Diagnostic {
  return { code, severity: 'error', message, ...rest };
}

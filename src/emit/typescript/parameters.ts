import { RESERVED_PARAMETERS } from '../../definition/bind.ts';
import {
  PARAMETER_TYPES,
  type Json,
  type JsonObject,
  type ParameterType,
  type PipelineDocument,
} from '../../definition/document.ts';
import { elementsOf, isObject } from '../../definition/expression.ts';
import { type Entry, call, commentLines, list, object, statement, stringLiteral, text } from './code.ts';
import { scalarText } from './expressions.ts';
import type { ParameterConstant } from './module.ts';
import type { Names } from './names.ts';
import { isKey } from './options.ts';
import { PARAMETER_LEAVES } from './references.ts';

/** The parameters of a document as constants. */
export interface DeclaredParameters {
  readonly constants: ReadonlyMap<string, ParameterConstant>;
  readonly lateBound: ReadonlySet<string>;
  readonly statements: readonly string[];
  /** Why the constants do not give the document's list; undefined when they do. */
  readonly why: string | undefined;
}

/** Declares the parameters of a document. */
export function declareParameters(document: PipelineDocument, names: Names): DeclaredParameters {
  const constants = new Map<string, ParameterConstant>();
  const lateBound = new Set<string>();
  const statements: string[] = [];
  const expected: string[] = [];
  let why: string | undefined;
  const { Parameters: list } = document as unknown as JsonObject;
  const declarations = elementsOf(list) as readonly JsonObject[];
  if (!Array.isArray(list)) why = 'the document has no list of parameters';
  for (const declaration of declarations) {
    const name = declaration['Name'] as string;
    if (RESERVED_PARAMETERS.includes(name)) {
      if (isLateBound(declaration)) lateBound.add(name);
      else why ??= `the name ${name} is reserved, and here it is another parameter`;
      continue;
    }
    if (constants.has(name) || !isKey(name)) {
      why ??= `there are two parameters ${name}, or the name is a number`;
      continue;
    }
    why ??= oddityOf(declaration);
    expected.push(name);
    const type = (declaration['Type'] ?? 'String') as ParameterType;
    const identifier = names.ofParameter(name);
    constants.set(name, { identifier, type, values: enumOf(declaration) });
    statements.push(declare(identifier, type, declaration));
  }
  // Emission declares what is late-bound behind the author's own, in order of the names, and only where it is used.
  const text = JSON.stringify(document);
  const used = [...lateBound].filter((name) => text.includes(`"Parameters.${name}"`)).toSorted();
  const found = declarations.map((declaration) => declaration['Name']);
  const emitted = [...expected, ...used];
  if (emitted.length !== found.length || emitted.some((name, index) => name !== found[index])) {
    why ??= 'the document lists its parameters in another order, or some that nothing reads';
  }
  return { constants, lateBound, statements, why };
}

function isLateBound(declaration: JsonObject): boolean {
  return Object.keys(declaration).length === 2 && declaration['Type'] === 'String';
}

const MEMBERS = ['Name', 'Type', 'DefaultValue', 'EnumValues', 'Description'];

/** What a declaration has that the functions for parameters do not write. */
function oddityOf(declaration: JsonObject): string | undefined {
  const { Type: type, DefaultValue: value, EnumValues: values, Description: description } = declaration;
  const place = `parameter ${declaration['Name'] as string}`;
  if (!PARAMETER_TYPES.some((known) => known === type)) return `${place} does not say its type`;
  const unknown = Object.keys(declaration).filter((member) => !MEMBERS.includes(member));
  if (unknown.length > 0) return `${place} has ${unknown.join(' and ')}, which this library does not write`;
  if (value !== undefined && (value === null || typeof value === 'object')) return `${place} has an odd default`;
  if (values !== undefined && (type !== 'String' || enumOf(declaration) === undefined)) {
    return `${place} has EnumValues that are no list of texts`;
  }
  return description === undefined || typeof description === 'string' ? undefined : `${place} has an odd description`;
}

function enumOf({ EnumValues: values }: JsonObject): readonly string[] | undefined {
  return Array.isArray(values) && values.length > 0 && values.every((value: Json) => typeof value === 'string')
    ? values
    : undefined;
}

function declare(identifier: string, type: ParameterType, declaration: JsonObject): string {
  const { DefaultValue: value, Description: description } = declaration;
  const values = type === 'String' ? enumOf(declaration) : undefined;
  const entries: Entry[] = [];
  let comment = '';
  if (values !== undefined) {
    entries.push({ key: 'enum', value: list(values.map((text) => ({ value: stringLiteral(text) }))) });
  }
  if (value !== undefined && value !== null && !isObject(value) && !Array.isArray(value)) {
    const scalar = value as string | number | boolean;
    const fits = typeof scalar === PARAMETER_LEAVES[type] && (values?.includes(scalar as string) ?? true);
    const code = typeof scalar === 'string' ? stringLiteral(scalar) : text(scalarText(scalar));
    if (!fits) comment = commentLines('The types refuse the default: it is no value of this parameter.', 0);
    entries.push({ key: 'default', value: fits ? code : text(`${code.flat!} as never`) });
  }
  if (typeof description === 'string') entries.push({ key: 'description', value: stringLiteral(description) });
  const builder = `parameter.${type.toLowerCase()}`;
  return `${comment}${statement(`const ${identifier} = `, call(builder, entries.length === 0 ? [] : [object(entries)]))}`;
}

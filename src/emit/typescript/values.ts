import type { Json, JsonObject } from '../../definition/document.ts';
import { isExpression, isObject } from '../../definition/expression.ts';
import { type Code, type Entry, list, memberName, object, stringLiteral } from './code.ts';
import { roleIn, unsafe, writeAny, writeExpression } from './expressions.ts';
import type { Module } from './module.ts';
import type { LeafType, Place, StructurePlace } from './place.ts';

/** A value for a place of a step's arguments, and why it had to be forced where the types refuse it. */
interface Fitted {
  readonly code: Code;
  readonly why?: string | undefined;
}

/** Writes a value for a place. What the types refuse is marked by `unsafe`, with the reason. */
export function writeValue(value: Json, place: Place, module: Module): Fitted {
  if (place.kind === 'any') return { code: writeAny(value, module) };
  if (isExpression(value)) return writeExpressionAt(value, place, module);
  switch (place.kind) {
    case 'leaf':
      return writeLeaf(value, place, module);
    case 'literal':
      return typeof value === 'string'
        ? { code: stringLiteral(value) }
        : forced(value, 'the types want a text', module);
    case 'list':
      if (!Array.isArray(value)) return forced(value, `the types want a list here`, module);
      return { code: list((value as Json[]).map((element) => fit(writeValue(element, place.element(), module)))) };
    case 'map':
      if (!isObject(value)) return forced(value, 'the types want an object here', module);
      return {
        code: object(
          Object.entries(value).map(([key, member]) =>
            entry(key, member, writeValue(member, place.value(), module), module),
          ),
        ),
      };
    case 'structure': {
      if (!isObject(value)) return forced(value, 'the types want an object here', module);
      const why = misfit(value, place);
      return why === undefined ? { code: writeStructure(value, place, module) } : forced(value, why, module);
    }
  }
}

/** Why an object as a whole cannot be such a structure; members that are not known do not keep it from being one. */
export function misfit(value: JsonObject, { name, isUnion, members }: StructurePlace): string | undefined {
  const missing = [...members].flatMap(([member, { required }]) =>
    required && !Object.hasOwn(value, member) ? [member] : [],
  );
  if (missing.length > 0) return `${name} needs ${missing.join(' and ')}, which the document leaves out`;
  const given = Object.keys(value);
  if (given.length > 0 && !given.some((member) => members.has(member))) {
    return `the types of ${name} know none of these members`;
  }
  if (isUnion && given.filter((member) => members.has(member)).length !== 1) {
    return `${name} has exactly one of its members`;
  }
  return undefined;
}

/** The members of a structure; those that AWS's types do not know are spread in, where they are not held against them. */
export function writeStructure(value: JsonObject, { name, members }: StructurePlace, module: Module): Code {
  const known: Entry[] = [];
  const unknown: Entry[] = [];
  for (const [member, content] of Object.entries(value)) {
    const place = members.get(member)?.place();
    if (place === undefined) unknown.push({ key: memberName(member), value: writeAny(content, module) });
    else known.push(entry(member, content, writeValue(content, place, module), module));
  }
  if (unknown.length === 0) return object(known);
  const names = unknown.map(({ key }) => key!).join(', ');
  const comment = `The types of ${name} have no ${names}.`;
  return object([...known, { key: undefined, value: object(unknown), comment }]);
}

/** A member with its value; the reason for a forced one stands above it. */
export function entry(member: string, value: Json, { code, why }: Fitted, module: Module): Entry {
  return {
    key: memberName(member),
    value: roleIn(member, value, module) ?? code,
    comment: why === undefined ? undefined : sentence(why),
  };
}

function fit({ code, why }: Fitted): { readonly value: Code; readonly comment?: string | undefined } {
  return { value: code, comment: why === undefined ? undefined : sentence(why) };
}

/** A reason as a comment. */
export function sentence(why: string): string {
  return `${why[0]!.toUpperCase()}${why.slice(1)}.`;
}

function writeExpressionAt(value: JsonObject, place: Place, module: Module): Fitted {
  if (place.kind === 'leaf') {
    const { code, type, why } = writeExpression(value as never, place.type, module);
    if (type === place.type) return { code, why };
    return { code: unsafe(place.type, code, module), why: why ?? `the types want ${LEAVES[place.type]} here` };
  }
  const { code } = writeExpression(value as never, 'string', module);
  if (place.kind === 'literal') return { code: unsafe('never', code, module), why: 'the types want a text' };
  return { code: unsafe('never', code, module), why: `the types want a ${place.kind} here, not an expression` };
}

const LEAVES: Readonly<Record<LeafType, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  Date: 'a date',
};

function writeLeaf(value: Json, place: Extract<Place, { kind: 'leaf' }>, module: Module): Fitted {
  const code = writeAny(value, module);
  if (typeof value === place.type) {
    if (typeof value !== 'string' || place.values === undefined || place.values.has(value)) return { code };
    return { code: unsafe('string', code, module), why: `AWS's API has no such value here` };
  }
  return { code: unsafe(place.type, code, module), why: `the types want ${LEAVES[place.type]} here` };
}

function forced(value: Json, why: string, module: Module): Fitted {
  return { code: unsafe('never', writeAny(value, module), module), why };
}

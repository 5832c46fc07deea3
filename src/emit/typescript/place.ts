import { type Shape, shapeOf } from '../../aws/shapes.ts';

/** The types of single values: as an author's expressions have them. */
export type LeafType = 'string' | 'number' | 'boolean' | 'Date';

/** What the types want at a place of a step's arguments. */
export type Place =
  | { readonly kind: 'any' }
  | { readonly kind: 'leaf'; readonly type: LeafType; readonly values?: { has(text: string): boolean } }
  /** A text that has to be there when the module is compiled. */
  | { readonly kind: 'literal' }
  | { readonly kind: 'list'; readonly element: () => Place }
  | { readonly kind: 'map'; readonly value: () => Place }
  | {
      readonly kind: 'structure';
      readonly name: string;
      readonly isUnion: boolean;
      readonly members: ReadonlyMap<string, PlaceOfMember>;
    };

interface PlaceOfMember {
  readonly place: () => Place;
  readonly required: boolean;
}

/** A structure's place. */
export type StructurePlace = Extract<Place, { kind: 'structure' }>;

export const ANY: Place = { kind: 'any' };
export const TEXT: Place = { kind: 'leaf', type: 'string' };
export const NUMBER: Place = { kind: 'leaf', type: 'number' };

/** A structure that no shape of AWS describes; a name that ends in `!` is required. */
export function structure(name: string, members: Readonly<Record<string, Place>>): StructurePlace {
  const entries = Object.entries(members).map(([spelt, place]) => {
    const required = spelt.endsWith('!');
    return [required ? spelt.slice(0, -1) : spelt, { place: () => place, required }] as const;
  });
  return { kind: 'structure', name, isUnion: false, members: new Map(entries) };
}

/** A list of such values. */
export function listOf(element: Place): Place {
  return { kind: 'list', element: () => element };
}

/** A map of such values. */
export function mapOf(value: Place): Place {
  return { kind: 'map', value: () => value };
}

/** What the types want for a shape of AWS's. */
export function placeOfShape(name: string): Place {
  const shape = shapeOf(name);
  switch (shape.kind) {
    case 'structure':
      return structureOfShape(shape);
    case 'list':
      return { kind: 'list', element: () => placeOfShape(shape.element) };
    case 'map':
      return { kind: 'map', value: () => placeOfShape(shape.value) };
    case 'enum':
      return { kind: 'leaf', type: 'string', values: shape.values };
    case 'text':
      return TEXT;
    case 'integer':
    case 'float':
      return NUMBER;
    case 'boolean':
      return { kind: 'leaf', type: 'boolean' };
    case 'time':
      return { kind: 'leaf', type: 'Date' };
  }
}

interface StructureOptions {
  readonly without?: readonly string[];
  readonly optional?: readonly string[];
  readonly required?: readonly string[];
}

/** A structure of AWS's, with some members that this library's types leave out or do not ask for. */
export function structureOfShape(
  shape: Shape,
  { without = [], optional = [], required: named = [] }: StructureOptions = {},
): StructurePlace {
  if (shape.kind !== 'structure') throw new Error(`the shape ${shape.name} is no structure`);
  const members = new Map<string, PlaceOfMember>();
  for (const [member, { shape: name, required }] of shape.members) {
    if (without.includes(member)) continue;
    members.set(member, {
      place: () =>
        shape.name === 'ProcessingOutput' && member === 'OutputName' ? { kind: 'literal' } : placeOfShape(name),
      required: named.includes(member) || (required && !optional.includes(member)),
    });
  }
  return { kind: 'structure', name: shape.name, isUnion: shape.isUnion, members };
}

/** A structure with another place for one of its members. */
export function withMember(place: StructurePlace, name: string, member: Place): StructurePlace {
  const known = place.members.get(name);
  const members = new Map(place.members).set(name, { place: () => member, required: known?.required ?? false });
  return { ...place, members };
}

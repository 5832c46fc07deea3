import { type Shape, shapeOf } from '../../src/aws/shapes.ts';

type Schema = Readonly<Record<string, unknown>>;

/** A request and all that it reaches as JSON Schema, one definition a shape. */
export function schemaOf(root: string): Schema {
  const definitions: Record<string, Schema> = {};
  const open = [root];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (Object.hasOwn(definitions, name)) continue;
    definitions[name] = definitionOf(shapeOf(name), (inner) => {
      open.push(inner);
      return { $ref: `#/definitions/${inner}` };
    });
  }
  return { $ref: `#/definitions/${root}`, definitions };
}

function definitionOf(shape: Shape, refer: (name: string) => Schema): Schema {
  switch (shape.kind) {
    case 'structure': {
      const members = [...shape.members];
      return {
        type: 'object',
        properties: Object.fromEntries(members.map(([name, member]) => [name, refer(member.shape)])),
        required: members.flatMap(([name, { required }]) => (required ? [name] : [])),
        additionalProperties: false,
        ...(shape.isUnion ? { minProperties: 1, maxProperties: 1 } : {}),
      };
    }
    case 'list':
      return { type: 'array', items: refer(shape.element), ...bounds(shape.size, 'minItems', 'maxItems') };
    case 'map':
      return {
        type: 'object',
        propertyNames: refer(shape.key),
        additionalProperties: refer(shape.value),
        ...bounds(shape.size, 'minProperties', 'maxProperties'),
      };
    case 'text':
      return {
        type: 'string',
        ...bounds(shape.length, 'minLength', 'maxLength'),
        ...(shape.pattern === undefined ? {} : { pattern: `^(?:${shape.pattern.source})$` }),
      };
    case 'enum':
      return { enum: [...shape.values] };
    case 'integer':
    case 'float':
      return { type: shape.kind === 'integer' ? 'integer' : 'number', ...bounds(shape.range, 'minimum', 'maximum') };
    case 'boolean':
      return { type: 'boolean' };
    case 'time':
      return { type: ['string', 'number'] };
  }
}

function bounds(
  { least, most }: { readonly least: number | undefined; readonly most: number | undefined },
  low: string,
  high: string,
): Schema {
  return { ...(least === undefined ? {} : { [low]: least }), ...(most === undefined ? {} : { [high]: most }) };
}

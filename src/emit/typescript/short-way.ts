import { shapeOf } from '../../aws/shapes.ts';
import type { Json } from '../../definition/document.ts';
import { isExpression } from '../../definition/expression.ts';
import type { Code } from './code.ts';
import { type Place, placeOfShape } from './place.ts';

/** A call that gives some of a step's arguments in fewer words, and the members that it gives. */
export interface ShortWay {
  readonly code: Code;
  readonly members: readonly string[];
}

/** Whether a single text can be there: one that is known, or an expression. */
export function isTextual(value: Json | undefined): value is Json {
  return typeof value === 'string' || isExpression(value);
}

/** What the types want for a member of one of AWS's structures. */
export function placeOfMember(structure: string, member: string): Place {
  const shape = shapeOf(structure);
  const found = shape.kind === 'structure' ? shape.members.get(member) : undefined;
  if (found === undefined) throw new Error(`${structure} has no ${member}`);
  return placeOfShape(found.shape);
}

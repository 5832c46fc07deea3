import type { Expr } from '../../definition/expr.ts';
import { expression } from '../expression.ts';

/** A place of this execution for the step that uses it: `…/<execution id>/<step>/<name>`. */
export function placeOfStep(name = ''): Expr<string> {
  return expression({ kind: 'place', name, ofStep: true });
}

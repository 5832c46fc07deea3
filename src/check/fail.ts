import { isExpression, isObject } from '../definition/expression.ts';
import { child } from '../definition/path.ts';
import { kindOf } from './describe.ts';
import { isIntrinsic } from './intrinsic.ts';
import { unknownMember } from './members.ts';
import { type Fault, type StepRule, error } from './rule.ts';

/** A Fail step says why, in a text. */
export const failMessage: StepRule = {
  on: 'step',
  types: ['Fail'],
  *check({ step, path }): Generator<Fault> {
    if (!isObject(step.Arguments)) return;
    const at = child(path, 'Arguments');
    for (const [name, value] of Object.entries(step.Arguments)) {
      if (name !== 'ErrorMessage')
        yield unknownMember(`Fail step ${step.Name}`, name, child(at, name), ['ErrorMessage']);
      else if (value !== null && typeof value !== 'string' && !isExpression(value) && !isIntrinsic(value)) {
        const message = `ErrorMessage of step ${step.Name} must be a text, this is ${kindOf(value)}`;
        yield error('wrong-type', child(at, name), message);
      }
    }
  },
};

import type { Json } from '../definition/document.ts';
import { isObject } from '../definition/expression.ts';

/**
 * Whether a value is a function of CloudFormation (`{"Ref": …}`, `{"Fn::Sub": …}`): a definition that stands in a
 * template has them, and what they become is known only there.
 */
export function isIntrinsic(value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  const [key, ...others] = Object.keys(value);
  return others.length === 0 && key !== undefined && (key === 'Ref' || key.startsWith('Fn::'));
}

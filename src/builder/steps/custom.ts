import type { JsonObject } from '../../definition/document.ts';
import type { Expr } from '../../definition/expr.ts';
import { parseReference } from '../../definition/reference.ts';
import { PipelineError } from '../../definition/error.ts';
import { property } from '../properties.ts';
import { type JobOptions, type Step, defineStep, stepValue } from './define.ts';

/** What a step of a type that this library does not know may be told beside its arguments. */
export interface CustomOptions extends JobOptions {
  /** Members beside `Arguments`, in AWS's spelling: `{ FunctionArn: '…' }`. */
  readonly siblings?: { readonly [member: string]: unknown } | undefined;
}

/** A step of any type. */
export interface CustomStep extends Step {
  /** A property of the finished step, by its path in AWS's spelling: `property('ModelArtifacts.S3ModelArtifacts')`. */
  property<T = string>(path: string): Expr<T>;
}

/** A step of a type that AWS has and this library does not know: arguments and siblings are taken as they are. */
export function custom(
  name: string,
  type: string,
  args: { readonly [member: string]: unknown },
  options: CustomOptions = {},
): CustomStep {
  const siblings = options.siblings as JsonObject | undefined;
  const node = defineStep(custom, { type, siblings }, name, args, options);
  return stepValue<CustomStep>(node, {
    property<T>(path: string) {
      const reference = parseReference(`Steps.${name}${path.startsWith('[') ? '' : '.'}${path}`);
      if (reference.root === 'Steps' && reference.path.length > 0) return property(node, reference.path) as Expr<T>;
      throw new PipelineError('invalid', 'bad-property-path', `"${path}" is not the path of a property`, {
        fix: "member names, [0] and ['key'], as in ModelArtifacts.S3ModelArtifacts",
      });
    },
  });
}

import type { Input } from '../../aws/input.ts';
import type { JsonObject } from '../../definition/document.ts';
import type { CacheOptions } from './define.ts';

/** What a step that compares with a baseline may be told beside its job. */
export interface BaselineCheckOptions extends CacheOptions {
  /** The group whose latest approved package gives the baseline, where none is supplied. */
  readonly modelPackageGroupName?: Input<string> | undefined;
  /** Whether nothing is compared; what is calculated is there all the same. */
  readonly skipCheck?: Input<boolean> | undefined;
  /** Whether a violation fails the step; it does unless told. */
  readonly failOnViolation?: Input<boolean> | undefined;
  /** Whether what is calculated now is the baseline from here on. */
  readonly registerNewBaseline?: Input<boolean> | undefined;
  readonly suppliedBaselineConstraints?: Input<string> | undefined;
}

/** The members that AWS wants beside `Arguments`; what is not given is null, as AWS's own SDK writes it. */
export function baselineMembers(checkType: string, options: BaselineCheckOptions): JsonObject {
  return {
    CheckType: checkType,
    ModelPackageGroupName: orNull(options.modelPackageGroupName),
    SkipCheck: (options.skipCheck ?? false) as boolean,
    FailOnViolation: (options.failOnViolation ?? true) as boolean,
    RegisterNewBaseline: (options.registerNewBaseline ?? false) as boolean,
    SuppliedBaselineConstraints: orNull(options.suppliedBaselineConstraints),
  };
}

/** An expression is turned into JSON with the rest of the step. */
export function orNull(value: Input<string> | undefined): string | null {
  return (value ?? null) as string | null;
}

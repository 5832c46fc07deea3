import type { Expr, Widen } from '../definition/expr.ts';

/** What is a value and not a structure in AWS's requests and responses. */
export type Leaf = string | number | boolean | bigint | Date | Uint8Array;

/** The member by which the SDK marks the open end of a union. */
type OpenEnd = { $unknown: unknown };

/**
 * T as an author writes it: with an expression allowed in the place of every value.
 *
 * @example const owned = (team: Input<string>): Partial<TrainingArguments> => ({ Tags: [{ Key: 'team', Value: team }] });
 */
export type Input<T> = [T] extends [never]
  ? never
  : [T] extends [Leaf]
    ? T | Expr<Widen<T>>
    : T extends readonly (infer E)[]
      ? readonly Input<E & {}>[]
      : T extends OpenEnd
        ? never
        : string extends keyof T
          ? { readonly [key: string]: Input<T[keyof T] & {}> }
          : InputOf<T>;

/** A structure of AWS's with an expression allowed at every leaf. Only optional members may be `undefined`. */
export type InputOf<T> = {
  readonly [K in keyof T]: Input<T[K] & {}> | ({} extends Pick<T, K> ? undefined : never);
};

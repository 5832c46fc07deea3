import type { Expr, Widen } from '../definition/expr.ts';
import type { Leaf } from './input.ts';

type OpenEnd = { $unknown: unknown };

/** T as it is read from a finished step: every value is an expression. */
export type Properties<T> = [T] extends [Leaf]
  ? Expr<Widen<T>>
  : [T] extends [readonly (infer E)[]]
    ? ListProperties<E & {}>
    : string extends keyof T
      ? MapProperties<T[keyof T] & {}>
      : [Extract<T, OpenEnd>] extends [never]
        ? PropertiesOf<T>
        : UnionProperties<Exclude<T, OpenEnd>>;

/** A structure of AWS's, read from a finished step. */
export type PropertiesOf<T> = { readonly [K in keyof T]-?: Properties<T[K] & {}> };

/** A list, read from a finished step. AWS takes names as well as positions: `Outputs.at('train')`. */
export interface ListProperties<E> {
  at(indexOrName: number | string): Properties<E>;
}

/** A map, read from a finished step. */
export interface MapProperties<V> {
  get(key: string): Properties<V>;
}

type KeysOf<T> = T extends unknown ? keyof T : never;
type MemberOf<T, K extends PropertyKey> = T extends unknown ? (K extends keyof T ? T[K] & {} : never) : never;

/** A union, read from a finished step: the author knows which member it has. */
export type UnionProperties<T> = { readonly [K in KeysOf<T>]-?: Properties<MemberOf<T, K>> };

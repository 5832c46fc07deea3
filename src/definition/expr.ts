/** Where a value of an author's keeps what it means. `Symbol.for`: two copies of the library understand each other. */
export const NODE: unique symbol = Symbol.for('sagemaker-pipelines.node');

declare const TYPE: unique symbol;

/**
 * A value of type T that is known only later: when the execution starts, or when a step has ended. It is a value of its
 * own, never text in disguise: put texts together with `join`.
 */
export interface Expr<out T> {
  readonly [TYPE]: T;
  readonly [NODE]: object;
}

/** The type of an expression that can stand for a T: any text for one of some texts, since only AWS can know which. */
export type Widen<T> = T extends string ? string : T extends number ? number : T extends boolean ? boolean : T;

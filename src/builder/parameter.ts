import type { ParameterType, ParameterValue } from '../definition/document.ts';
import type { Expr } from '../definition/expr.ts';
import { expression } from './expression.ts';
import { siteOf } from './site.ts';

declare const DEFAULT: unique symbol;

/** A parameter that every run has to give. */
export interface Parameter<T> extends Expr<T> {
  readonly [DEFAULT]: false;
}

/** A parameter that a run may leave to its default. */
export interface ParameterWithDefault<T> extends Expr<T> {
  readonly [DEFAULT]: true;
}

// Conditional on purpose: written inside a record, the context would else infer the default as "maybe", and a forgotten
// required parameter would compile.
type Declared<T, D> = [D] extends [undefined] ? Parameter<T> : ParameterWithDefault<T>;

/** A pipeline's parameters by name. */
export interface Parameters {
  readonly [name: string]: Parameter<ParameterValue> | ParameterWithDefault<ParameterValue>;
}

type Required<P> = { [K in keyof P]: P[K] extends ParameterWithDefault<unknown> ? never : K }[keyof P];
type ValueOf<P> = P extends Expr<infer T> ? T : never;
// Two halves here and one structure below: a message about an intersection would not begin with what is missing.
type Values<P> = { readonly [K in Required<P>]: ValueOf<P[K]> } & {
  readonly [K in Exclude<keyof P, Required<P>>]?: ValueOf<P[K]> | undefined;
};

/**
 * The values that a run of a pipeline gives: those without a default are required.
 *
 * @example const values: ParameterValues<typeof pipeline.parameters> = { ModelName: 'churn-7' };
 */
export type ParameterValues<P> = { readonly [K in keyof Values<P>]: Values<P>[K] };

/** What a parameter may be told. */
export interface ParameterOptions<D> {
  /** What a run that says nothing gets; every run has to give a parameter without one. */
  readonly default?: D;
  /** What it is for. */
  readonly description?: string | undefined;
}

/** What a text parameter may be told. */
export interface TextParameterOptions<E extends string, D> extends ParameterOptions<D> {
  /** The only texts that a run may give. */
  readonly enum?: readonly E[] | undefined;
}

function declare<T, D>(
  builder: (...args: never[]) => unknown,
  type: ParameterType,
  options: ParameterOptions<ParameterValue | undefined> & { readonly enum?: readonly string[] | undefined },
): Declared<T, D> {
  return expression<T>({
    kind: 'parameter',
    type,
    default: options.default,
    enum: options.enum,
    description: options.description,
    site: siteOf(builder),
  }) as Declared<T, D>;
}

const builders = {
  /** A text, or one of some texts. */
  string: <const E extends string = string, const D extends NoInfer<E> | undefined = undefined>(
    options: TextParameterOptions<E, D> = {},
  ): Declared<E, D> => declare(parameter.string, 'String', options),

  /** A whole number. */
  integer: <const D extends number | undefined = undefined>(options: ParameterOptions<D> = {}): Declared<number, D> =>
    declare(parameter.integer, 'Integer', options),

  /** A number. */
  float: <const D extends number | undefined = undefined>(options: ParameterOptions<D> = {}): Declared<number, D> =>
    declare(parameter.float, 'Float', options),

  /** Yes or no. */
  boolean: <const D extends boolean | undefined = undefined>(options: ParameterOptions<D> = {}): Declared<boolean, D> =>
    declare(parameter.boolean, 'Boolean', options),
} as const;
type Builders = typeof builders;

/** The kinds of parameters, by the function that declares one. */
export interface ParameterBuilders extends Builders {}

/**
 * What a run of the pipeline may set. A parameter is a value; its name is the one it is listed under in `definePipeline`.
 *
 * @example const InstanceType = parameter.string({ default: 'ml.m5.large' });
 */
export const parameter: ParameterBuilders = Object.freeze(builders);

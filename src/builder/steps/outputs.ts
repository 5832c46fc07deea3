import type { Json } from '../../definition/document.ts';
import type { Expr } from '../../definition/expr.ts';
import type { StepNode } from '../node.ts';
import { property } from '../properties.ts';

/** What a value that a function or a queue's reader gives back can be. */
interface OutputTypes {
  readonly String: string;
  readonly Integer: number;
  readonly Float: number;
  readonly Boolean: boolean;
}

/** The names of those types, as AWS spells them. */
export type OutputType = 'String' | 'Integer' | 'Float' | 'Boolean';

/** The values that a function or a queue's reader gives back: the type of each, by its name. */
export type Outputs = Readonly<Record<string, OutputType>>;

/** The names of some outputs. With none declared the type is the message that an author gets. */
export type OutputName<O extends Outputs> = [keyof O & string] extends [never]
  ? 'this step declares no outputs' | (keyof O & string)
  : keyof O & string;

/** A value that a step gives back, as an expression. */
export type OutputValue<O extends Outputs, Name> = Expr<OutputTypes[Name extends keyof O ? O[Name] : 'String']>;

/** `OutputParameters` as AWS writes them. */
export function outputParameters(outputs: Outputs = {}): Json {
  return Object.entries(outputs).map(([name, type]) => ({ OutputName: name, OutputType: type }));
}

/** The expression for one output of a step. */
export function outputOf<T>(step: StepNode, name: string): Expr<T> {
  return property(step, [{ member: 'OutputParameters' }, { key: name }]) as Expr<T>;
}

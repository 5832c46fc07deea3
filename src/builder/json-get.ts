import type { Input } from '../aws/input.ts';
import type { ParameterValue } from '../definition/document.ts';
import type { Expr } from '../definition/expr.ts';
import { expression } from './expression.ts';
import type { StepNode } from './node.ts';

declare const FILE: unique symbol;

/** A JSON file that a Processing step leaves in one of its outputs. */
export interface PropertyFile {
  readonly [FILE]: true;
}

interface PropertyFileValue {
  readonly step: StepNode;
  readonly name: string;
}

/** The value for a step's property file. */
export function propertyFileOf(step: StepNode, name: string): PropertyFile {
  const file: PropertyFileValue = { step, name };
  return Object.freeze(file) as unknown as PropertyFile;
}

/**
 * A value out of a JSON file that an earlier step wrote; the type is that of the place where it stands.
 *
 * @example when(jsonGet<number>(evaluate.propertyFile('Evaluation'), 'auc.value'), '>=', 0.8)
 * @example jsonGet<number>({ s3Uri: join`${evaluate.output('metrics')}/evaluation.json` }, 'auc.value')
 */
export function jsonGet<T extends ParameterValue>(
  file: PropertyFile | { readonly s3Uri: Input<string> },
  path: string,
): Expr<T> {
  if ('s3Uri' in file) return expression({ kind: 'fileAt', uri: file.s3Uri, path });
  const { step, name } = file as unknown as PropertyFileValue;
  return expression({ kind: 'propertyFile', step, name, path });
}

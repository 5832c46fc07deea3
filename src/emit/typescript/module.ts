import type { ParameterType } from '../../definition/document.ts';
import type { ImageConstants } from './images.ts';

/** What the constants of a module under way are called, and what they can be asked for. */
export interface Module {
  readonly parameters: ReadonlyMap<string, ParameterConstant>;
  /** The steps that have a constant by now: what is not there yet cannot be referred to. */
  readonly steps: Map<string, StepConstant>;
  /** The constants of roles that several steps take, by their ARNs. */
  readonly roles: ReadonlyMap<string, string>;
  /** The constants of AWS's own images, by their URIs. */
  readonly images: ImageConstants;
  /** The late-bound parameters that the document declares as this library does. */
  readonly lateBound: ReadonlySet<string>;
  /** What has to be imported. */
  readonly imports: Set<string>;
}

/** A parameter's constant. */
export interface ParameterConstant {
  readonly identifier: string;
  readonly type: ParameterType;
  readonly values: readonly string[] | undefined;
}

/** A step's constant. */
export interface StepConstant {
  readonly identifier: string;
  readonly type: string;
  /** Written by `step.custom`: it has `property` and nothing else. */
  readonly isCustom: boolean;
  /** The names that `output` takes, with the types of what it gives; undefined where any text is one. */
  readonly outputs: ReadonlyMap<string, 'string' | 'number' | 'boolean'>;
  readonly propertyFiles: ReadonlySet<string>;
}

/** Writes what may turn out not to be what it seemed: nothing is imported for what is not kept. */
export function tryWriting<T>({ imports }: Module, write: () => T, isKept: (written: T) => boolean): T {
  const before = new Set(imports);
  const written = write();
  if (isKept(written)) return written;
  for (const name of imports) if (!before.has(name)) imports.delete(name);
  return written;
}

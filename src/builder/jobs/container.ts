import type { Input } from '../../aws/input.ts';

/** One container of a model: the same for a Model step and for a package of the registry. */
export interface Container {
  readonly Image: Input<string>;
  readonly ModelDataUrl?: Input<string> | undefined;
  readonly Environment?: { readonly [name: string]: Input<string> } | undefined;
}

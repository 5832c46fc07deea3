import type { Shape } from '../aws/shapes.ts';
import type { Json } from '../definition/document.ts';
import type { Path } from '../definition/path.ts';

/** A value, what AWS wants there, and what it is called. */
export interface Argument {
  readonly value: Json;
  readonly shape: Shape;
  readonly path: Path;
  /** `InstanceCount of step Train`. */
  readonly label: string;
  /** Whether the request is not AWS's documented one: what a value looks like is then a warning. */
  readonly isLoose: boolean;
}

import type { ImageFamily } from '../../aws/generated/images.ts';
import type { ImageUse } from '../../aws/image-table.ts';
import type { Input } from '../../aws/input.ts';
import { expression } from '../expression.ts';

/** Which managed image a job runs in. */
export interface ImageChoice<Version extends string> {
  readonly version: Version;
  /** The newest that the version has when left out. */
  readonly python?: string | undefined;
  /** An image of your own in the place of the managed one. */
  readonly image?: Input<string> | undefined;
}

/** An image that comes for processors of two kinds. The kind cannot be told from an instance type that is a parameter. */
export interface DeviceChoice {
  /** `cpu` when left out. */
  readonly device?: 'cpu' | 'gpu' | undefined;
}

/** The image of a family in the region that the document is written for. */
export function imageOf(family: ImageFamily, use: ImageUse, choice: ImageChoice<string> & DeviceChoice): Input<string> {
  if (choice.image !== undefined) return choice.image;
  const { version, python, device } = choice;
  return expression<string>({ kind: 'image', family, use, version, python, device });
}

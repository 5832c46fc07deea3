import type { ImageFamily } from '../../aws/generated/images.ts';
import { type ImageUse, imageSetFor } from '../../aws/image-table.ts';
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

/** An image that comes on several frameworks. */
export interface BaseChoice {
  /** The framework beneath: `pytorch2.1`. It can be left out where the version has only one. */
  readonly base?: string | undefined;
}

/** The image of a family in the region that the document is written for. */
export function imageOf(
  family: ImageFamily,
  use: ImageUse,
  choice: ImageChoice<string> & DeviceChoice & BaseChoice,
): Input<string> {
  if (choice.image !== undefined) return choice.image;
  const { version, base, python, device } = choice;
  return expression<string>({ kind: 'image', family, use, version, base, python, device });
}

/** The image of a family that has one version only. */
export function onlyImageOf(family: ImageFamily, use: ImageUse): Input<string> {
  const version = imageSetFor(family, use).groups.at(-1)?.versions.at(-1) ?? '';
  return imageOf(family, use, { version });
}

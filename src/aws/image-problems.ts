import type { Diagnostic } from '../definition/diagnostic.ts';
import { didYouMean, nearest } from '../definition/suggest.ts';
import type { ImageFamily } from './generated/images.ts';
import { type ImageDevice, type ImageGroup, type ImageUse, imageSetFor, imageSetsOf } from './image-table.ts';
import { isRegion, partitionOf } from './regions.ts';
import { versionsByNearness } from './version-order.ts';

/** The managed image that is wanted. */
export interface ImageRequest {
  readonly family: ImageFamily;
  readonly use: ImageUse;
  /** In full or short: `2.6.0`, `2.6`. */
  readonly version: string;
  /** The framework beneath, where a version has one image for each: `pytorch2.1.0`, `pytorch2.1`. */
  readonly base?: string | undefined;
  /** As the tag spells it: `py312`. The newest that the version has, when left out. */
  readonly python?: string | undefined;
  /** `cpu` when left out, where there is one. */
  readonly device?: ImageDevice | undefined;
  readonly region: string;
}

/** Why there is no such image. */
export interface ImageProblem extends Pick<Diagnostic, 'message' | 'detail' | 'fix'> {
  readonly code:
    | 'unknown-image-version'
    | 'unknown-image-base'
    | 'unknown-image-python'
    | 'unknown-image-device'
    | 'unknown-region'
    | 'image-not-in-region';
}

/** More would bury the one that was meant. */
const SHOWN = 3;

/** No managed image is known in the region: it is misspelt, or newer than the table. */
export function unknownRegion(region: string, known: ReadonlySet<string>): ImageProblem {
  const fix = didYouMean(region, known);
  return {
    code: 'unknown-region',
    message: isRegion(region)
      ? `No managed image is known in region ${region}`
      : `"${region}" is not the name of an AWS region`,
    detail: isRegion(region)
      ? `managed images are known in ${known.size} regions`
      : `a region's name looks like us-east-1, without a zone's letter`,
    fix: fix ?? 'check the spelling, or name an image of your own by its URI',
  };
}

/** The family has no image of that version for that use. */
export function unknownVersion({ family, use, version }: ImageRequest): ImageProblem {
  const { aliases, groups } = imageSetFor(family, use);
  const known = groups.flatMap(({ versions }) => versions);
  const ranked = versionsByNearness(version, known);
  // A text of numbers is a version that does not exist; anything else is a spelling that went wrong.
  const likely = /^\d+(?:[.-]\d+)+$/.test(version) ? undefined : nearest(version, [...known, ...Object.keys(aliases)]);
  const otherUse = imageSetsOf(family)
    .filter(({ uses }) => !uses.includes(use))
    .find((set) => Object.hasOwn(set.aliases, version) || set.groups.some(({ versions }) => versions.includes(version)))
    ?.uses[0];
  if (ranked.length === 0) {
    const uses = imageSetsOf(family).flatMap((set) => set.uses);
    return {
      code: 'unknown-image-version',
      message: `There is no ${family} image for ${use}`,
      detail: `it is for: ${uses.join(', ')}`,
      fix: 'take another family',
    };
  }
  return {
    code: 'unknown-image-version',
    message: `There is no ${family} image of version "${version}" for ${use}`,
    detail: `${otherUse === undefined ? '' : `${version} is for ${otherUse} only; `}nearest: ${ranked.slice(0, SHOWN).join(', ')}`,
    fix: `did you mean "${likely ?? ranked[0]}"?`,
  };
}

/** The version has an image for each of several frameworks, and none was named, or one that it does not have. */
export function unknownBase(request: ImageRequest, version: string, bases: readonly string[]): ImageProblem {
  const of = request.base === undefined ? '' : ` on "${request.base}"`;
  return {
    code: 'unknown-image-base',
    message:
      request.base === undefined
        ? `There are ${bases.length} images of ${request.family} ${version} for ${request.use}, one for each framework`
        : `There is no ${nameOf(request, version)}${of}`,
    detail: `they are on: ${bases.join(', ')}`,
    fix: `use base: '${nearest(request.base ?? '', bases) ?? bases.at(-1)}'`,
  };
}

/** The version has no image with that Python; `pythons` are those it has, oldest first. */
export function unknownPython(request: ImageRequest, version: string, pythons: readonly string[]): ImageProblem {
  return {
    code: 'unknown-image-python',
    message: `There is no ${nameOf(request, version)} with Python "${request.python}"`,
    detail: `it has: ${pythons.join(', ')}`,
    fix: `use python: '${pythons.at(-1)}', or leave python out`,
  };
}

/** The version has no image for that device. */
export function unknownDevice(request: ImageRequest, version: string, devices: readonly string[]): ImageProblem {
  return {
    code: 'unknown-image-device',
    message: `There is no ${nameOf(request, version)} on ${request.device ?? 'cpu'}`,
    detail: `it has: ${devices.join(', ')}`,
    fix: `use device: '${devices[0]}'`,
  };
}

/** The image exists, but not in that region. */
export function notInRegion(request: ImageRequest, version: string, image: ImageGroup): ImageProblem {
  const { use, region } = request;
  const there = imageSetFor(request.family, use).groups.filter(({ registry }) => Object.hasOwn(registry, region));
  const versions = versionsByNearness(
    version,
    there.flatMap((group) => group.versions),
  );
  const code = 'image-not-in-region';
  const message = `There is no ${nameOf(request, version)} in region ${region}`;
  if (versions.length > 0) {
    return {
      code,
      message,
      detail: `${region} has: ${versions.slice(0, SHOWN).join(', ')}`,
      fix: `use version "${versions[0]}", or another region`,
    };
  }
  const regions = regionsByNearness(region, Object.keys(image.registry));
  return {
    code,
    message,
    detail: `it is in ${regions.slice(0, SHOWN).join(', ')} and ${regions.length - SHOWN} other regions`,
    fix: 'use another region, or copy the image to a registry of your own and name it by its URI',
  };
}

function nameOf({ family, use }: ImageRequest, version: string): string {
  return `${family} ${version} image for ${use}`;
}

/** An account sees its own partition only; within it, names that share their parts are mostly close on the map. */
function regionsByNearness(wanted: string, known: readonly string[]): readonly string[] {
  const parts = wanted.split('-');
  const partition = partitionOf(wanted).id;
  const closeness = (region: string): number => {
    const theirs = region.split('-');
    const differs = theirs.findIndex((part, index) => part !== parts[index]);
    const shared = theirs.filter((part, index) => part === parts[index]).length;
    return (partitionOf(region).id === partition ? 100 : 0) + differs * 10 + shared;
  };
  return known.toSorted((a, b) => closeness(b) - closeness(a) || (a < b ? -1 : 1));
}

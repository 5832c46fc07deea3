import type { ImageFamily } from './generated/images.ts';
import {
  notInRegion,
  unknownBase,
  unknownDevice,
  unknownPython,
  unknownRegion,
  unknownVersion,
} from './image-problems.ts';
import type { ImageProblem, ImageRequest } from './image-problems.ts';
import {
  IMAGE_FAMILIES,
  type ImageDevice,
  type ImageGroup,
  type ImageSet,
  type ImageUse,
  imageRegions,
  imageSetFor,
  imageSetsOf,
} from './image-table.ts';
import { parseImageUri, registryHost } from './image-uri.ts';
import { compareVersions } from './version-order.ts';

/** A managed image, told from its URI. */
export interface RecognisedImage {
  readonly family: ImageFamily;
  /** More than one where a family has the same image for training and inference, as scikit-learn has. */
  readonly uses: readonly ImageUse[];
  /** In full, also where the tag is short. */
  readonly version: string;
  /** The framework beneath, where a version has one image for each: `pytorch2.1.0`. */
  readonly base?: string;
  readonly python?: string;
  /** `cpu` where the tag names no device. */
  readonly device: ImageDevice;
}

/**
 * What may follow the part of a tag that says what the image is: `-cu126-ubuntu22.04-sagemaker-v1.0`. Images for EC2 and
 * ECS carry `-ec2` and `-ecs`, and do not speak SageMaker's contract.
 */
const TAG_REST = /^(?:-cu\d+)?(?:-(?:ubuntu|amzn)[\d.]+)?(?:-sagemaker)?(?:-v\d[\w.-]*)?$/;

/**
 * The URI of a managed image, or why there is none.
 *
 * @example imageUri({ family: 'sklearn', use: 'training', version: '1.2-1', region: 'us-west-2' })
 * // { uri: '246618743249.dkr.ecr.us-west-2.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3' }
 */
export function imageUri(request: ImageRequest): { readonly uri: string } | { readonly problem: ImageProblem } {
  const { family, use, region } = request;
  const { aliases, groups } = imageSetFor(family, use);
  const isListed = groups.some(({ versions }) => versions.includes(request.version));
  // One list has a version that is another one's short name too: it means itself.
  const version = isListed ? request.version : resolve(aliases, request.version);
  const ofVersion = groups.filter(({ versions }) => versions.includes(version));
  if (!ofVersion.some(({ registry }) => Object.hasOwn(registry, region))) {
    const regions = imageRegions();
    if (!regions.has(region)) return { problem: unknownRegion(region, regions) };
  }
  if (ofVersion.length === 0) return { problem: unknownVersion(request) };

  const ofBase = ofVersion.filter(({ base }) => isBase(base, request.base));
  const bases = new Set(ofVersion.flatMap(({ base }) => base ?? []));
  if (ofBase.length === 0 || (request.base === undefined && bases.size > 1)) {
    return { problem: unknownBase(request, version, [...bases]) };
  }

  const pythons = ofBase.flatMap((group) => group.pythons).toSorted(comparePythons);
  const python = pythons.length === 0 ? undefined : (request.python ?? pythons.at(-1));
  const ofPython = ofBase.find((group) => python === undefined || group.pythons.includes(python));
  if (ofPython === undefined) return { problem: unknownPython(request, version, pythons) };

  const { devices, repository } = ofPython;
  const device = request.device ?? (devices.includes('cpu') ? 'cpu' : (devices[0] ?? 'cpu'));
  if (devices.length > 0 && !devices.includes(device)) return { problem: unknownDevice(request, version, devices) };

  const account = accountIn(ofPython, region);
  if (account === undefined) return { problem: notInRegion(request, version, ofPython) };
  const named = ofPython.plain === true ? request.python : python;
  const tag = tagOf(ofPython, version, device, named);
  return { uri: `${registryHost(account, region)}/${repository}${tag === '' ? '' : `:${tag}`}` };
}

/**
 * What a URI means, when it names a managed image of a known family in AWS's own account for that region; a copy in
 * another account is not AWS's image, whatever its name says.
 */
export function recogniseImage(uri: string): RecognisedImage | undefined {
  const { account, region, repository, tag = '' } = parseImageUri(uri) ?? {};
  if (account === undefined || region === undefined) return undefined;
  for (const family of IMAGE_FAMILIES) {
    const matches = imageSetsOf(family).flatMap((set) => {
      const ours = set.groups.filter(
        (group) => group.repository === repository && accountIn(group, region) === account,
      );
      const meaning = meaningOf(tag, ours, set);
      return meaning === undefined ? [] : [{ uses: set.uses, meaning }];
    });
    if (matches[0] === undefined) continue;
    return { family, uses: matches.flatMap(({ uses }) => uses).toSorted(trainingFirst), ...matches[0].meaning };
  }
  return undefined;
}

function meaningOf(
  tag: string,
  groups: readonly ImageGroup[],
  { aliases }: ImageSet,
): Omit<RecognisedImage, 'family' | 'uses'> | undefined {
  for (const group of groups) {
    const short = Object.entries(aliases).filter(([, version]) => group.versions.includes(version));
    for (const [spelling, version] of [...group.versions.map((full) => [full, full] as const), ...short]) {
      const prefix = prefixOf(group, spelling);
      if (!tag.startsWith(prefix)) continue;
      for (const device of group.devices.length === 0 ? (['cpu'] as const) : group.devices) {
        const pythons = group.pythons.length === 0 || group.plain === true ? [undefined] : [];
        for (const python of [...group.pythons, ...pythons]) {
          const start = tagOf(group, spelling, device, python);
          if (!tag.startsWith(start) || !TAG_REST.test(tag.slice(start.length))) continue;
          const { base } = group;
          return {
            version,
            ...(base === undefined ? {} : { base }),
            ...(python === undefined ? {} : { python }),
            device,
          };
        }
      }
    }
  }
  return undefined;
}

function tagOf(group: ImageGroup, version: string, device: ImageDevice, python: string | undefined): string {
  const named = group.devices.length === 0 ? undefined : (group.words?.[device] ?? device);
  const parts = [prefixOf(group, version), named, python, group.suffix?.[device]];
  return parts.filter((part) => part !== undefined && part !== '').join('-');
}

function prefixOf({ prefix }: ImageGroup, version: string): string {
  return prefix ?? version;
}

function trainingFirst(a: ImageUse, b: ImageUse): number {
  return Number(b === 'training') - Number(a === 'training');
}

/** `pytorch2.1` means `pytorch2.1.0`; nothing means any. */
function isBase(base: string | undefined, wanted: string | undefined): boolean {
  return wanted === undefined || base === undefined || base === wanted || base.startsWith(`${wanted}.`);
}

function resolve(aliases: Readonly<Record<string, string>>, version: string): string {
  return Object.hasOwn(aliases, version) ? (aliases[version] ?? version) : version;
}

/** `py3` is the oldest of the threes: it stands for a Python that the list's authors did not care to tell apart. */
function comparePythons(a: string, b: string): number {
  const [left, right] = [a, b].map((python) => python.replace(/^py(\d)/, '$1.'));
  return compareVersions(left ?? '', right ?? '');
}

function accountIn({ registry }: ImageGroup, region: string): string | undefined {
  return Object.hasOwn(registry, region) ? registry[region] : undefined;
}

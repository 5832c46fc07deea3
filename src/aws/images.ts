import { IMAGES } from './generated/images.ts';
import type { ImageFamily } from './generated/images.ts';
import { notInRegion, unknownDevice, unknownPython, unknownRegion, unknownVersion } from './image-problems.ts';
import type { ImageProblem, ImageRequest } from './image-problems.ts';
import type { ImageDevice, ImageGroup, ImageUse } from './image-table.ts';
import { parseImageUri, registryHost } from './image-uri.ts';
import { compareVersions } from './version-order.ts';

/** A managed image, told from its URI. */
export interface RecognisedImage {
  readonly family: ImageFamily;
  /** More than one where a family has the same image for training and inference, as scikit-learn has. */
  readonly uses: readonly ImageUse[];
  /** In full, also where the tag is short. */
  readonly version: string;
  readonly python?: string;
  readonly device: ImageDevice;
}

const FAMILIES = Object.keys(IMAGES) as readonly ImageFamily[];
const USES: readonly ImageUse[] = ['training', 'inference'];
const DEVICES: readonly ImageDevice[] = ['cpu', 'gpu'];
const REGISTRIES = new Set(
  FAMILIES.flatMap((family) => USES.flatMap((use) => IMAGES[family][use].groups.map(({ registry }) => registry))),
);
const REGIONS: ReadonlySet<string> = new Set([...REGISTRIES].flatMap((registry) => Object.keys(registry)));

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
  const { aliases, groups } = IMAGES[family][use];
  if (!REGIONS.has(region)) return { problem: unknownRegion(region, REGIONS) };

  const version = resolve(aliases, request.version);
  const ofVersion = groups.filter(({ versions }) => versions.includes(version));
  if (ofVersion.length === 0) return { problem: unknownVersion(request) };

  const pythons = ofVersion.flatMap((group) => group.pythons).toSorted(comparePythons);
  const python = pythons.length === 0 ? undefined : (request.python ?? pythons.at(-1));
  const ofPython = ofVersion.find((group) => python === undefined || group.pythons.includes(python));
  if (ofPython === undefined) return { problem: unknownPython(request, version, pythons) };

  const { devices, repository } = ofPython;
  const device = request.device ?? 'cpu';
  if (devices.length > 0 && !devices.includes(device)) return { problem: unknownDevice(request, version, devices) };

  const account = accountIn(ofPython, region);
  if (account === undefined) return { problem: notInRegion(request, version, ofPython) };
  return { uri: `${registryHost(account, region)}/${repository}:${tagOf(ofPython, version, device, python)}` };
}

/**
 * What a URI means, when it names a managed image of a known family in AWS's own account for that region; a copy in
 * another account is not AWS's image, whatever its name says.
 */
export function recogniseImage(uri: string): RecognisedImage | undefined {
  const { account, region, repository, tag } = parseImageUri(uri) ?? {};
  if (account === undefined || region === undefined || tag === undefined) return undefined;
  for (const family of FAMILIES) {
    const matches = USES.flatMap((use) => {
      const { aliases, groups } = IMAGES[family][use];
      const ours = groups.filter((group) => group.repository === repository && accountIn(group, region) === account);
      const meaning = meaningOf(tag, ours, aliases);
      return meaning === undefined ? [] : [{ use, meaning }];
    });
    if (matches[0] !== undefined) return { family, uses: matches.map(({ use }) => use), ...matches[0].meaning };
  }
  return undefined;
}

function meaningOf(
  tag: string,
  groups: readonly ImageGroup[],
  aliases: Readonly<Record<string, string>>,
): Omit<RecognisedImage, 'family' | 'uses'> | undefined {
  for (const group of groups) {
    const short = Object.entries(aliases).filter(([, version]) => group.versions.includes(version));
    for (const [spelling, version] of [...group.versions.map((full) => [full, full] as const), ...short]) {
      if (!tag.startsWith(group.prefix ?? spelling)) continue;
      for (const device of DEVICES.filter((each) => group.devices.length === 0 || group.devices.includes(each))) {
        for (const python of group.pythons.length === 0 ? [undefined] : group.pythons) {
          const start = tagOf(group, spelling, device, python);
          if (!tag.startsWith(start) || !TAG_REST.test(tag.slice(start.length))) continue;
          return { version, ...(python === undefined ? {} : { python }), device };
        }
      }
    }
  }
  return undefined;
}

function tagOf(group: ImageGroup, version: string, device: ImageDevice, python: string | undefined): string {
  const named = group.devices.length === 0 ? undefined : device;
  const parts = [group.prefix ?? version, named, python, group.suffix?.[device]];
  return parts.filter((part) => part !== undefined).join('-');
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

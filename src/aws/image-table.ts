import { type ImageFamily, PACKED, REGISTRIES } from './generated/images.ts';

/** What an image is for. Some families use one image for several. */
export type ImageUse =
  | 'training'
  | 'inference'
  | 'inference_graviton'
  | 'eia'
  | 'processing'
  | 'monitoring'
  | 'debugger'
  | 'detailed-profiler';

/** What an image's instance computes on: a processor, a graphics card, or one of AWS's own chips. */
export type ImageDevice = 'cpu' | 'gpu' | 'inf' | 'inf2' | 'trn' | 'neuronx';

/** Region → the account of AWS that owns the images there. */
type ImageRegistry = Readonly<Record<string, string>>;

/** What only some images have. */
interface ImageExtra {
  /** The framework beneath, where a version has one image for each: `pytorch2.1.0`. */
  readonly base?: string;
  /** What the tag begins with when that is not the version. */
  readonly prefix?: string;
  /** What the tag ends in, by device: `cu121-ubuntu20.04`. */
  readonly suffix?: Readonly<Record<string, string>>;
  /** What the tag calls a device, where that is not its name; nothing at all where this is empty. */
  readonly words?: Readonly<Record<string, string>>;
  /** There is also an image whose tag names no Python, and it is the one that is meant unless told. */
  readonly plain?: true;
}

/** Images that differ in nothing but their version (and what follows from it: device and Python in the tag). */
export interface ImageGroup extends ImageExtra {
  /** Oldest first, in full: `2.6.0`, never `2.6`. */
  readonly versions: readonly string[];
  readonly repository: string;
  readonly registry: ImageRegistry;
  /** The devices there is an image for; none when the tag names no device. */
  readonly devices: readonly ImageDevice[];
  /** The Pythons there is an image for, as the tag spells them; none when the tag names no Python. */
  readonly pythons: readonly string[];
}

/** All images of one family for the same uses. */
export interface ImageSet {
  readonly uses: readonly ImageUse[];
  /** Short version → full version: `2.6` → `2.6.0`. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly groups: readonly ImageGroup[];
}

type PackedGroup = [
  versions: string[],
  repository: string,
  registry: number,
  devices: ImageDevice[],
  pythons: string[],
  extra?: ImageExtra,
];
type PackedSet = [uses: ImageUse[], aliases: Record<string, string>, groups: PackedGroup[]];

/** Every family that there is a managed image of. */
export const IMAGE_FAMILIES = Object.keys(PACKED) as readonly ImageFamily[];

// What has been read once is kept: it never changes.
const read = new Map<ImageFamily, readonly ImageSet[]>();
let registries: readonly ImageRegistry[] | undefined;

/** The images of a family. */
export function imageSetsOf(family: ImageFamily): readonly ImageSet[] {
  const known = read.get(family);
  if (known !== undefined) return known;
  const all = allRegistries();
  const sets = (JSON.parse(PACKED[family]) as PackedSet[]).map(([uses, aliases, groups]) => ({
    uses,
    aliases,
    groups: groups.map(([versions, repository, registry, devices, pythons, extra]) => ({
      versions,
      repository,
      registry: all[registry]!,
      devices,
      pythons,
      ...extra,
    })),
  }));
  read.set(family, sets);
  return sets;
}

/** The images of a family for one use; none where there are none for it. */
export function imageSetFor(family: ImageFamily, use: ImageUse): ImageSet {
  return imageSetsOf(family).find(({ uses }) => uses.includes(use)) ?? { uses: [use], aliases: {}, groups: [] };
}

/** The regions in which any managed image is known. */
export function imageRegions(): ReadonlySet<string> {
  return new Set(allRegistries().flatMap((registry) => Object.keys(registry)));
}

function allRegistries(): readonly ImageRegistry[] {
  if (registries === undefined) {
    const all: ImageRegistry[] = [];
    for (const [base, own] of JSON.parse(REGISTRIES) as [number | null, ImageRegistry][]) {
      all.push(base === null ? own : { ...all[base], ...own });
    }
    registries = all;
  }
  return registries;
}

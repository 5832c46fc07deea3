/** What an image is for. Some families use one image for both. */
export type ImageUse = 'training' | 'inference';

/** What an image's instance computes on. */
export type ImageDevice = 'cpu' | 'gpu';

/** Region → the account of AWS that owns the images there. */
export type ImageRegistry = Readonly<Record<string, string>>;

/** Images that differ in nothing but their version (and what follows from it: device and Python in the tag). */
export interface ImageGroup {
  /** Oldest first, in full: `2.6.0`, never `2.6`. */
  readonly versions: readonly string[];
  readonly repository: string;
  readonly registry: ImageRegistry;
  /** The devices there is an image for, as the tag spells them; none when the tag names no device. */
  readonly devices: readonly string[];
  /** The Pythons there is an image for, as the tag spells them; none when the tag names no Python. */
  readonly pythons: readonly string[];
  /** The framework beneath, where a version has one image for each: `pytorch2.1.0`. */
  readonly base?: string;
  /** What the tag begins with when that is not the version. */
  readonly prefix?: string;
  /** What the tag ends in, by device: `cu121-ubuntu20.04`. */
  readonly suffix?: Readonly<Record<string, string>>;
}

/** All images of one family for one use. */
export interface ImageSet {
  /** Short version → full version: `2.6` → `2.6.0`. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly groups: readonly ImageGroup[];
}

/** A partition of AWS: accounts, ARNs and registries of one never reach into another. */
export interface Partition {
  /** As it stands in an ARN: `aws-cn`. */
  readonly id: string;
  /** What the names of its services end in: `amazonaws.com.cn`. */
  readonly dnsSuffix: string;
}

const COMMERCIAL: Partition = { id: 'aws', dnsSuffix: 'amazonaws.com' };

/** By the prefix of a region's name; the hyphen keeps `us-iso-` apart from `us-isob-` and `us-isof-`. */
const BY_PREFIX: readonly (readonly [string, Partition])[] = [
  ['cn-', { id: 'aws-cn', dnsSuffix: 'amazonaws.com.cn' }],
  ['us-gov-', { id: 'aws-us-gov', dnsSuffix: 'amazonaws.com' }],
  ['us-iso-', { id: 'aws-iso', dnsSuffix: 'c2s.ic.gov' }],
  ['us-isob-', { id: 'aws-iso-b', dnsSuffix: 'sc2s.sgov.gov' }],
  ['us-isof-', { id: 'aws-iso-f', dnsSuffix: 'csp.hci.ic.gov' }],
  ['eu-isoe-', { id: 'aws-iso-e', dnsSuffix: 'cloud.adc-e.uk' }],
  ['eusc-', { id: 'aws-eusc', dnsSuffix: 'amazonaws.eu' }],
];

/** The partition that a region lies in, by its name alone, so that a region of tomorrow has one too. */
export function partitionOf(region: string): Partition {
  return BY_PREFIX.find(([prefix]) => region.startsWith(prefix))?.[1] ?? COMMERCIAL;
}

/** Whether a text has the shape of a region's name; it does not say that AWS has opened such a region. */
export function isRegion(text: string): boolean {
  return /^[a-z]{2,4}(-[a-z]+){1,2}-\d{1,2}$/.test(text);
}

import { isRegion, partitionOf } from './regions.ts';

/** The members of requests that hold one. */
export const IMAGE_MEMBERS: ReadonlySet<string> = new Set(['ImageUri', 'TrainingImage', 'Image']);

/** The parts of an image's URI; `account` and `region` are there when the registry is a private one of Amazon ECR. */
interface ImageUriParts {
  /** Host and, where given, port: absent for an image of Docker Hub (`python:3.12`). */
  readonly registry?: string;
  readonly account?: string;
  readonly region?: string;
  /** Slashes included: `team/models/scorer`. */
  readonly repository: string;
  readonly tag?: string;
  /** Algorithm included: `sha256:…`. */
  readonly digest?: string;
}

const REFERENCE =
  /^(?<name>[^@\s]+?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,}))?$/i;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i;
const ECR_HOST =
  /^(?<account>\d{12})\.dkr(?<separator>[.-])ecr(?:-fips)?\.(?<region>[a-z0-9-]+)\.(?<suffix>[a-z0-9.-]+)$/;

/** What the hosts of ECR's dual-stack registries (`<account>.dkr-ecr.<region>.…`) end in. */
const DUAL_STACK_SUFFIXES = ['on.aws', 'on.amazonwebservices.com.cn'];

/** The host of an account's private ECR registry in a region. */
export function registryHost(account: string, region: string): string {
  return `${account}.dkr.ecr.${region}.${partitionOf(region).dnsSuffix}`;
}

/**
 * Takes an image's URI apart, or gives undefined for what is none.
 *
 * @example parseImageUri('localhost:5000/team/scorer:v1') // { registry: 'localhost:5000', repository: 'team/scorer', tag: 'v1' }
 */
export function parseImageUri(uri: string): ImageUriParts | undefined {
  const { name, tag, digest } = REFERENCE.exec(uri)?.groups ?? {};
  if (name === undefined) return undefined;
  const [first = '', ...rest] = name.split('/');
  // Docker's own rule: only a dot, a port or `localhost` makes the first part a host.
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const repository = hasHost ? rest.join('/') : name;
  if (!REPOSITORY.test(repository) || (hasHost && !HOST.test(first))) return undefined;
  return {
    ...(hasHost ? { registry: first, ...ecrOwner(first) } : {}),
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

function ecrOwner(host: string): { readonly account: string; readonly region: string } | undefined {
  const { account, separator, region, suffix } = ECR_HOST.exec(host)?.groups ?? {};
  if (account === undefined || region === undefined || suffix === undefined || !isRegion(region)) return undefined;
  const ours = separator === '.' ? suffix === partitionOf(region).dnsSuffix : DUAL_STACK_SUFFIXES.includes(suffix);
  return ours ? { account, region } : undefined;
}

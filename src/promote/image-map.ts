import { registryHost, parseImageUri } from '../aws/image-uri.ts';
import { PipelineError } from '../definition/error.ts';

/** Where images of the source are found by the target: an account's registry, a repository, or one image. */
export interface ImageMap {
  /** Account by account; the region becomes the target's. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Host and repository by host and repository, tag and digest kept unless the new one says them. */
  readonly repositories: Readonly<Record<string, string>>;
}

/** Reads `--image-map OLD=NEW`: two accounts, or two images with or without a tag. */
export function readImageMap(entries: readonly string[]): ImageMap {
  const accounts: Record<string, string> = {};
  const repositories: Record<string, string> = {};
  for (const entry of entries) {
    const [, old, replacement] = /^([^=]+)=([^=]+)$/.exec(entry) ?? [];
    if (old === undefined || replacement === undefined) throw badEntry(entry);
    const isAccount = /^\d{12}$/.test(old);
    const isNumber = /^\d+$/.test(old) || /^\d+$/.test(replacement);
    if (isAccount !== /^\d{12}$/.test(replacement) || (isNumber && !isAccount)) throw badEntry(entry);
    if (!isAccount && (parseImageUri(old) === undefined || parseImageUri(replacement) === undefined))
      throw badEntry(entry);
    (isAccount ? accounts : repositories)[old] = replacement;
  }
  return { accounts, repositories };
}

function badEntry(entry: string): PipelineError {
  return new PipelineError('usage', 'bad-value', `--image-map cannot be "${entry}"`, {
    detail: 'it is OLD=NEW: two accounts, or two images',
    fix: '111122223333=444455556666, or 111122223333.dkr.ecr.eu-west-1.amazonaws.com/dev/model=444455556666.dkr.ecr.eu-west-1.amazonaws.com/model',
  });
}

/** The image that the target uses: its parts are looked up in the map, nothing in its name is replaced by likeness. */
export function mapImage(image: string, map: ImageMap, region: string): string {
  const parts = parseImageUri(image);
  if (parts === undefined) return image;
  const { registry, account, repository, tag, digest } = parts;
  const name = registry === undefined ? repository : `${registry}/${repository}`;
  const version = (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
  const replacement =
    own(map.repositories, image) ?? own(map.repositories, name + version) ?? own(map.repositories, name);
  if (replacement !== undefined) {
    const given = parseImageUri(replacement);
    return given?.tag === undefined && given?.digest === undefined ? `${replacement}${version}` : replacement;
  }
  const target = account === undefined ? undefined : own(map.accounts, account);
  return target === undefined ? image : `${registryHost(target, region)}/${repository}${version}`;
}

/** Why an image may not be had in the target account, undefined where nothing speaks against it. */
export function imageDoubt(
  image: string,
  source: { id: string; region: string },
  target: { id: string; region: string },
): string | undefined {
  const { account, region } = parseImageUri(image) ?? {};
  if (account === source.id && source.id !== target.id) {
    return `${image} stays in the registry of ${source.id}: its repository policy has to let ${target.id} pull it`;
  }
  if (region !== undefined && region !== target.region) {
    return `${image} is in ${region}, and SageMaker in ${target.region} pulls from its own region: give --image-map`;
  }
  return undefined;
}

function own(map: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

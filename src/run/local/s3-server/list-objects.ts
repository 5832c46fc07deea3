import { listBuckets, listObjects } from '../store/listing.ts';
import type { StoredObject } from '../store/store.ts';
import { invalidArgument, noSuchBucket } from './fault.ts';
import { hasBucket } from './read-objects.ts';
import { type Exchange, type Service, answerXml } from './service.ts';
import { type Content, documentOf } from './xml.ts';

const PAGE = 1000;
const OWNER = { ID: '0'.repeat(64), DisplayName: 'local' };

/** ListBuckets. */
export async function giveBuckets(service: Service, exchange: Exchange): Promise<void> {
  const names = new Set([...(await listBuckets(service.store)), ...service.buckets]);
  const CreationDate = new Date(0).toISOString();
  const Bucket = [...names].toSorted().map((Name) => ({ Name, CreationDate }));
  answerXml(exchange, documentOf('ListAllMyBucketsResult', { Owner: OWNER, Buckets: { Bucket } }));
}

/** What a page begins behind: a key, or all that begins with a common prefix. */
interface Position {
  readonly after: string;
  readonly isPrefix: boolean;
}

interface Page {
  readonly objects: readonly StoredObject[];
  readonly prefixes: readonly string[];
  /** Where the next one begins, when there is one. */
  readonly next: Position | undefined;
}

/** ListObjectsV2. */
export async function giveListing(service: Service, exchange: Exchange): Promise<void> {
  const { bucket, query } = exchange;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const from = token === null ? { after: startAfter ?? '', isPrefix: false } : readToken(token);
  const { common, page, spell } = await listed(service, exchange, from);
  answerXml(
    exchange,
    documentOf('ListBucketResult', {
      Name: bucket,
      ...common,
      KeyCount: page.objects.length + page.prefixes.length,
      ContinuationToken: token ?? undefined,
      NextContinuationToken: page.next && writeToken(page.next),
      StartAfter: startAfter === null ? undefined : spell(startAfter),
      ...entries(service, page, spell, query.get('fetch-owner') === 'true'),
    }),
  );
}

/** ListObjects, as it was before there were tokens. */
export async function giveOldListing(service: Service, exchange: Exchange): Promise<void> {
  const { bucket, query } = exchange;
  const marker = query.get('marker') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  // A marker that is a common prefix stands for all that begins with it.
  const isPrefix = delimiter !== '' && marker.endsWith(delimiter);
  const { common, page, spell } = await listed(service, exchange, { after: marker, isPrefix });
  answerXml(
    exchange,
    documentOf('ListBucketResult', {
      Name: bucket,
      ...common,
      Marker: spell(marker),
      NextMarker: page.next && spell(page.next.after),
      ...entries(service, page, spell, true),
    }),
  );
}

async function listed(service: Service, { bucket, query }: Exchange, from: Position) {
  if (!(await hasBucket(service, bucket))) throw noSuchBucket(bucket);
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const most = sizeOfPage(query.get('max-keys'));
  const isUrl = query.get('encoding-type') === 'url';
  const spell = isUrl ? urlEncoded : (text: string): string => text;
  const page = await pageOf(service, { bucket, prefix, delimiter, most, from });
  const common = {
    Prefix: spell(prefix),
    Delimiter: delimiter === '' ? undefined : spell(delimiter),
    MaxKeys: most,
    EncodingType: isUrl ? 'url' : undefined,
    IsTruncated: page.next !== undefined,
  };
  return { common, page, spell };
}

interface Wanted {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  readonly most: number;
  readonly from: Position;
}

async function pageOf({ store }: Service, { bucket, prefix, delimiter, most, from }: Wanted): Promise<Page> {
  const objects: StoredObject[] = [];
  const prefixes: string[] = [];
  let last: Position | undefined;
  const start = from.after === '' ? {} : { after: from.after };
  if (most === 0) return { objects, prefixes, next: undefined };
  for await (const object of listObjects(store, { bucket, prefix, ...start })) {
    const { key } = object;
    if (from.isPrefix && key.startsWith(from.after)) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? undefined : key.slice(0, end + delimiter.length);
    if (common !== undefined && common === prefixes.at(-1)) continue;
    if (objects.length + prefixes.length === most) return { objects, prefixes, next: last };
    if (common === undefined) objects.push(object);
    else prefixes.push(common);
    last = { after: common ?? key, isPrefix: common !== undefined };
  }
  return { objects, prefixes, next: undefined };
}

function entries({ traits }: Service, page: Page, spell: (text: string) => string, hasOwner: boolean) {
  const Contents = page.objects.map((object): Content => {
    const { key, size, modified } = object;
    return {
      Key: spell(key),
      LastModified: modified.toISOString(),
      ETag: traits.get(object).etag,
      Size: size,
      Owner: hasOwner ? OWNER : undefined,
      StorageClass: 'STANDARD',
    };
  });
  return { Contents, CommonPrefixes: page.prefixes.map((one): Content => ({ Prefix: spell(one) })) };
}

function sizeOfPage(text: string | null): number {
  if (text === null || text === '') return PAGE;
  const message = 'Argument max-keys must be an integer between 0 and 2147483647';
  if (!/^\d{1,10}$/.test(text)) throw invalidArgument(message, 'max-keys', text);
  return Math.min(PAGE, Number(text));
}

/** As clients decode it: slashes as they are, a space not as a plus. */
function urlEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/');
}

function writeToken({ after, isPrefix }: Position): string {
  return Buffer.from(`${isPrefix ? 'p' : 'k'}${after}`).toString('base64url');
}

function readToken(token: string): Position {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!/^[pk]./s.test(text)) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
  return { after: text.slice(1), isPrefix: text.startsWith('p') };
}

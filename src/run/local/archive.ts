import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { join, posix, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { tarEnd, tarHeader, tarPadding } from '../../assets/tar.ts';
import { PipelineError } from '../../definition/error.ts';

/** A file that goes into an archive. */
interface Member {
  readonly name: string;
  readonly path: string;
  readonly mode: number;
  readonly size: number;
}

/** Where in the world of the job a folder is: its links may name that place. */
export interface Folder {
  readonly path: string;
  /** `/opt/ml`, as the job calls the folder `job`. */
  readonly job: string;
}

/** Fast rather than small: the archive stays on this machine. */
const LEVEL = 1;

/**
 * The folder as a `tar.gz`, the same bytes for the same content; undefined when there is no file in it. A link within
 * the folder goes in as what it leads to; one that leads out of it is refused.
 */
export async function archiveOf(folder: Folder): Promise<AsyncIterable<Uint8Array> | undefined> {
  const members = await membersOf(folder);
  if (members.length === 0) return undefined;
  return compressed(tar(members));
}

async function* compressed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ level: LEVEL });
  const fed = pipeline(source, gzip);
  // A fault of the source destroys the stream, so that it comes out of the reading below.
  fed.catch(() => {});
  yield* gzip as AsyncIterable<Uint8Array>;
  await fed;
}

async function* tar(members: readonly Member[]): AsyncGenerator<Uint8Array> {
  for (const member of members) {
    yield tarHeader(member);
    let size = 0;
    for await (const piece of createReadStream(member.path) as AsyncIterable<Uint8Array>) {
      size += piece.length;
      yield piece;
    }
    if (size !== member.size) throw changed(member, size);
    yield tarPadding(size);
  }
  yield tarEnd();
}

function changed({ name, size }: Member, found: number): PipelineError {
  return new PipelineError('failed', 'file-changed', `${name} changed while it was archived`, {
    detail: `it had ${size} bytes and has ${found}: something still writes to it after the job has ended`,
  });
}

async function membersOf(folder: Folder): Promise<Member[]> {
  const members: Member[] = [];
  const root = await realpath(folder.path).catch(() => undefined);
  if (root === undefined) return [];
  const visit = async (path: string, name: string, around: readonly string[]): Promise<void> => {
    const target = (await lstat(path)).isSymbolicLink() ? await linkTarget(path, name, root, folder) : path;
    const stats = await stat(target);
    if (stats.isDirectory()) {
      const real = await realpath(target);
      if (around.includes(real)) return;
      const names = (await readdir(target)).toSorted();
      for (const each of names)
        await visit(join(target, each), name === '' ? each : `${name}/${each}`, [...around, real]);
    } else if (stats.isFile()) {
      members.push({ name, path: target, mode: stats.mode & 0o100 ? 0o755 : 0o644, size: stats.size });
    }
  };
  await visit(root, '', []);
  return members;
}

/** What a link of a job leads to on this machine; the job's own `/opt/ml` is its folder. */
async function linkTarget(path: string, name: string, root: string, { job }: Folder): Promise<string> {
  const written = await readlink(path);
  const here = written.startsWith('/opt/ml/')
    ? join(job, posix.relative('/opt/ml', written))
    : resolve(path, '..', written);
  const target = await realpath(here).catch(() => undefined);
  const isInside = target !== undefined && relative(root, target).split(sep)[0] !== '..';
  if (isInside) return target;
  throw new PipelineError('failed', 'link-leads-out', `${name} is a link that leads out of its folder`, {
    detail: `to ${written}${target === undefined ? ', which does not exist' : ''}`,
    fix: 'let the script copy the file',
  });
}

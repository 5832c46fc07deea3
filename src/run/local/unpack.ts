import { createReadStream } from 'node:fs';
import { link, mkdir, open, realpath, rm, stat, symlink } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { createGunzip } from 'node:zlib';
import { PipelineError } from '../../definition/error.ts';
import { type TarEntry, readTar } from './read-tar.ts';

/** What an archive may hold at most before its size is looked at, and how much more than itself after that. */
const SMALL = 1 << 30;
const RATIO = 100;
/** Millions of empty files are a load as well: what is said of each is as long, and may be packed as little. */
const FEW = 20_000;
const HEADER = 512;

/**
 * Unpacks a `tar.gz` into a folder and nowhere else: names and links that lead out of it, devices, and archives that
 * are far larger inside than out are refused, and then nothing of it is left.
 */
export async function unpack(archive: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const root = await realpath(folder);
  try {
    await unpackInto(archive, root);
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error instanceof PipelineError ? error : broken(archive, error);
  }
}

async function unpackInto(archive: string, root: string): Promise<void> {
  const { size: packed } = await stat(archive);
  const links: { path: string; target: string; name: string }[] = [];
  const made = new Set<string>();
  let total = 0;
  let count = 0;
  for await (const entry of readTar(bytesOf(archive))) {
    const path = pathIn(root, entry, archive);
    total += entry.size;
    count += 1;
    if (total > SMALL && total > packed * RATIO) throw tooLarge(archive, packed, total);
    if (count > FEW && count * HEADER > packed * RATIO) throw tooMany(archive, packed, count);
    if (entry.type === 'folder') {
      await mkdir(path, { recursive: true });
      continue;
    }
    const parent = dirname(path);
    if (!made.has(parent)) await mkdir(parent, { recursive: true });
    made.add(parent);
    // Links are made last: nothing is written through them.
    if (entry.type === 'symlink') links.push({ path, target: entry.target, name: entry.name });
    else if (entry.type === 'hardlink') await link(pathIn(root, { ...entry, name: entry.target }, archive), path);
    else await writeEntry(entry, path);
  }
  for (const { path, target } of links) {
    await rm(path, { force: true });
    await symlink(target, path);
  }
  // Only now, as a link may lead over others.
  for (const { path, target, name } of links) {
    if (!(await staysInside(root, path, target)))
      throw refused(archive, `${name} is a link to ${target}, outside the archive`);
  }
}

async function* bytesOf(archive: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const source = createReadStream(archive);
  source.on('error', (error) => gunzip.destroy(error));
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } finally {
    source.destroy();
  }
}

async function writeEntry(entry: TarEntry, path: string): Promise<void> {
  // As tar does it, a later entry of the same name takes the place of the first.
  await rm(path, { force: true });
  const file = await open(path, 'wx', entry.mode & 0o111 ? 0o755 : 0o644);
  try {
    for await (const piece of entry.content()) await file.writeFile(piece);
  } finally {
    await file.close();
  }
}

function pathIn(root: string, { name, type }: TarEntry, archive: string): string {
  if (type === 'other') throw refused(archive, `${name} is no file, no folder and no link`);
  if (name.startsWith('/')) throw refused(archive, `${name} is an absolute name`);
  const path = resolve(root, ...name.split('/').filter((part) => part !== '' && part !== '.'));
  if (name.split('/').includes('..') || !isInside(root, path)) throw refused(archive, `${name} leads out of it`);
  return path;
}

/** What of a link's way is there is followed; what is not there yet may not turn back. */
async function staysInside(root: string, path: string, target: string): Promise<boolean> {
  const way = (target.startsWith('/') ? target : `${dirname(path)}/${target}`).split('/');
  for (let length = way.length; length > 1; length--) {
    const known = await realpath(way.slice(0, length).join('/')).catch(() => undefined);
    if (known !== undefined) return isInside(root, known) && !way.slice(length).includes('..');
  }
  return false;
}

function isInside(root: string, path: string): boolean {
  return relative(root, path).split(sep)[0] !== '..';
}

function refused(archive: string, why: string): PipelineError {
  return new PipelineError('failed', 'archive-refused', `The archive ${archive} is not unpacked: ${why}`, {
    fix: 'make it anew, of relative names alone: tar -C FOLDER -czf model.tar.gz .',
  });
}

function tooLarge(archive: string, packed: number, total: number): PipelineError {
  const times = Math.floor(total / packed);
  return refused(archive, `it is ${times} times as large inside (${total} bytes and more) as it is itself`);
}

function tooMany(archive: string, packed: number, count: number): PipelineError {
  return refused(archive, `it has ${count} entries and more in ${packed} bytes`);
}

function broken(archive: string, cause: unknown): PipelineError {
  return new PipelineError('failed', 'archive-broken', `The archive ${archive} cannot be unpacked`, {
    detail: (cause as Error).message,
    fix: 'SageMaker wants a tar file compressed with gzip: tar -C FOLDER -czf model.tar.gz .',
    cause,
  });
}

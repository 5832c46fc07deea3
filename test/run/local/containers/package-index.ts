import { once } from 'node:events';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { onTestFinished } from 'vitest';

import { listenOnFreePort } from '../../../support/free-port.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** A package without anything in it, as pip installs it. */
export function writeWheel(folder: string, name: string, version: string, requires = ''): void {
  const about = `${name}-${version}.dist-info`;
  const files = {
    [`${about}/METADATA`]: [
      'Metadata-Version: 2.1',
      `Name: ${name}`,
      `Version: ${version}`,
      ...(requires === '' ? [] : [`Requires-Dist: ${requires}`]),
      '',
    ].join('\n'),
    [`${about}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${about}/RECORD`]: '',
  };
  writeFileSync(join(folder, `${name}-${version}-py3-none-any.whl`), zip(files));
}

/** A ZIP archive without compression. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3 */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const [name, content] = [Buffer.from(path), Buffer.from(text)];
    // Version 1.0, no flags, stored, the first day of 1980, the checksum, both sizes, the name's length and no more.
    const described = Buffer.alloc(26);
    described.writeUInt16LE(10, 0);
    described.writeUInt16LE(33, 8);
    described.writeUInt32LE(crc32(content), 10);
    described.writeUInt32LE(content.length, 14);
    described.writeUInt32LE(content.length, 18);
    described.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), described, name, content]);
    // Of no comment, on the first disk, without attributes.
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x0a\0'), described, rest, name]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}

/** An index of packages that sends the half of each wheel, and the rest once it may. */
export interface SlowIndex {
  /** An environment in which pip knows this index and nothing else. */
  readonly env: NodeJS.ProcessEnv;
  readonly add: (name: string, version: string, requires?: string) => void;
  /** Lets all wheels through, from now on too. */
  readonly release: () => void;
}

/** Serves packages as https://packaging.python.org/en/latest/specifications/simple-repository-api/ has it. */
export async function slowIndex(): Promise<SlowIndex> {
  const folder = temporaryFolder();
  const released = new AbortController();
  const server = createServer((request, response) => {
    const [, kind = '', name = ''] = (request.url ?? '').split('/');
    if (kind === 'simple') {
      const files = readdirSync(folder).filter((file) => file.startsWith(`${name}-`));
      const links = files.map((file) => `<a href="/wheels/${file}">${file}</a>`);
      response.writeHead(files.length === 0 ? 404 : 200, { 'content-type': 'text/html' }).end(links.join('\n'));
      return;
    }
    const bytes = readFileSync(join(folder, name));
    const half = Math.floor(bytes.length / 2);
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length });
    response.write(bytes.subarray(0, half));
    const rest = (): void => void response.end(bytes.subarray(half));
    if (released.signal.aborted) rest();
    else released.signal.addEventListener('abort', rest);
  });
  const port = await listenOnFreePort(server);
  onTestFinished(async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  const { PATH, HOME } = process.env;
  const index = `http://127.0.0.1:${port}/simple`;
  return {
    env: { PATH, HOME, PIP_INDEX_URL: index, PIP_CONFIG_FILE: '/dev/null', PIP_NO_CACHE_DIR: '1' },
    add: (name, version, requires) => writeWheel(folder, name, version, requires),
    release: () => released.abort(),
  };
}

import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { listenOnFreePort } from '../../../support/free-port.ts';
import { runCommand } from '../../../support/run-command.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** A package without anything in it, as pip installs it. */
export async function writeWheel(folder: string, name: string, version: string, requires = ''): Promise<void> {
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
  const program = `import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    for name, text in json.loads(sys.argv[2]).items(): wheel.writestr(name, text)`;
  const wheel = join(folder, `${name}-${version}-py3-none-any.whl`);
  const { exitCode, stderr } = await runCommand('python3', ['-c', program, wheel, JSON.stringify(files)]);
  if (exitCode !== 0) throw new Error(stderr);
}

/** An index of packages that sends the half of each wheel, and the rest once it may. */
export interface SlowIndex {
  /** An environment in which pip knows this index and nothing else. */
  readonly env: NodeJS.ProcessEnv;
  readonly add: (name: string, version: string, requires?: string) => Promise<void>;
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

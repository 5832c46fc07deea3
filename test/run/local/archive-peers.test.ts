import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

import { tarEnd, tarHeader } from '../../../src/assets/tar.ts';
import { archiveOf } from '../../../src/run/local/archive.ts';
import { unpack } from '../../../src/run/local/unpack.ts';
import { describeWithPython } from '../../support/python-environment.ts';
import { runCommand } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const LONG = `${'deep/'.repeat(40)}${'ü'.repeat(70)}.txt`;
const FILES: Readonly<Record<string, string>> = {
  'model.pkl': 'm'.repeat(70_000),
  'code/inference.py': 'x = 1\n',
  'code/run.sh': '#!/bin/sh\n',
  'with space/ä &%.txt': '',
  [LONG]: 'far down',
};

function written(folder: string): string {
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  chmodSync(join(folder, 'code/run.sh'), 0o755);
  return folder;
}

async function run(program: string, ...args: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await runCommand(program, args);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout;
}

async function archived(folder: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of (await archiveOf({ path: folder, job: folder }))!) pieces.push(piece);
  return Buffer.concat(pieces);
}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

describeWithPython('archives and Python', () => {
  test.each(['GNU_FORMAT', 'PAX_FORMAT'])('what tarfile packs as %s comes out as it went in', async (format) => {
    const folder = temporaryFolder();
    const from = written(join(folder, 'from'));
    const script = `
import sys, tarfile
with tarfile.open(sys.argv[1], 'w:gz', format=tarfile.${format}) as archive:
    archive.add(sys.argv[2], arcname='.')
`;
    await run('python3', '-c', script, join(folder, 'model.tar.gz'), from);
    const to = join(folder, 'to');
    await unpack(join(folder, 'model.tar.gz'), to);
    for (const [name, text] of Object.entries(FILES)) expect(readFileSync(join(to, name), 'utf8')).toBe(text);
    // Others may run it as far as the one who unpacks it lets them.
    expect(statSync(join(to, 'code/run.sh')).mode & 0o700).toBe(0o700);
    expect(statSync(join(to, 'code/inference.py')).mode & 0o111).toBe(0);
  });

  test('what we pack is unpacked by tarfile and by tar, with names, contents and the executable bit', async () => {
    const folder = temporaryFolder();
    const bytes = await archived(written(join(folder, 'from')));
    const archive = join(folder, 'model.tar.gz');
    writeFileSync(archive, bytes);
    const script = `
import hashlib, json, sys, tarfile
with tarfile.open(sys.argv[1]) as archive:
    print(json.dumps({m.name: [oct(m.mode), hashlib.sha256(archive.extractfile(m).read()).hexdigest()] for m in archive}))
`;
    const modeOf = (name: string): string => (name === 'code/run.sh' ? '0o755' : '0o644');
    const expected = Object.entries(FILES).map(([name, text]) => [name, [modeOf(name), sha256(text)]]);
    expect(JSON.parse(await run('python3', '-c', script, archive))).toEqual(Object.fromEntries(expected));

    mkdirSync(join(folder, 'to'));
    await run('tar', '-C', join(folder, 'to'), '-xzf', archive);
    for (const [name, text] of Object.entries(FILES)) {
      expect(readFileSync(join(folder, 'to', name), 'utf8')).toBe(text);
    }
    expect(await archived(written(join(temporaryFolder(), 'elsewhere')))).toEqual(bytes);
  });

  test.each(['gnu', 'posix'])(
    'a sparse file that tar stores as such (%s) is refused, and not unpacked wrongly',
    async (format) => {
      const folder = temporaryFolder();
      mkdirSync(join(folder, 'from'));
      writeFileSync(join(folder, 'from/sparse.bin'), 'x');
      truncateSync(join(folder, 'from/sparse.bin'), 50_000_000);
      const archive = join(folder, 'model.tar.gz');
      await run('tar', '-C', join(folder, 'from'), '--sparse', `--format=${format}`, '-czf', archive, 'sparse.bin');
      await expect(unpack(archive, join(folder, 'to'))).rejects.toMatchObject({
        code: 'archive-broken',
        detail: /sparse\.bin is stored as a sparse file/,
      });
      expect(existsSync(join(folder, 'to'))).toBe(false);
    },
  );

  test('an archive of very many empty files in very few bytes is refused before they are all made', async () => {
    const folder = temporaryFolder();
    const archive = join(folder, 'model.tar.gz');
    // Always the same name: what counts is how many entries there are, and the disk is spared.
    const header = asFolder(tarHeader({ name: 'x/', mode: 0o644, size: 0 }));
    writeFileSync(archive, gzipSync(Buffer.concat([...Array.from({ length: 25_000 }, () => header), tarEnd()])));
    await expect(unpack(archive, join(folder, 'to'))).rejects.toMatchObject({ code: 'archive-refused' });
    expect(readdirSync(folder)).toEqual(['model.tar.gz']);
  });

  test('one of nothing is an empty folder', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'model.tar.gz'), gzipSync(tarEnd()));
    await unpack(join(folder, 'model.tar.gz'), join(folder, 'to'));
    expect(readdirSync(join(folder, 'to'))).toEqual([]);
  });
});

/** A header as a folder's, with the right sum. */
function asFolder(header: Buffer): Buffer {
  header.write('5', 156, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';

import type { ContainerJob } from '../../../../src/run/local/containers/container.ts';
import { type Namespace, probeNamespace } from '../../../../src/run/local/containers/contained.ts';
import { type Workplace, runJob } from '../../../../src/run/local/containers/job.ts';
import { rootOf, withScratch } from '../../../../src/run/local/containers/scratch.ts';
import { describeWithPython } from '../../../support/python-environment.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { unique } from './process-containers.ts';

const supervisor = { python: 'python3', env: process.env };
let namespace: Namespace | string = 'not asked yet';

describeWithPython('a job', () => {
  beforeAll(async () => {
    namespace = await probeNamespace(
      supervisor,
      temporaryFolder(() => {}),
    );
  });

  async function run(
    script: string,
    more: Partial<ContainerJob> = {},
    signal = new AbortController().signal,
    hear: () => void = () => {},
  ) {
    if (typeof namespace === 'string') throw new Error(`these tests need namespaces: ${namespace}`);
    const root = join(temporaryFolder(), 'Ein Auftrag');
    const folder = join(root, 'opt/ml');
    const code = join(folder, 'processing/input/code');
    mkdirSync(code, { recursive: true });
    mkdirSync(join(folder, 'output'));
    writeFileSync(join(code, 'x.py'), script);
    const workplace: Workplace = { supervisor, namespace, grace: 300 };
    const job: ContainerJob = { kind: 'processing', name: 'Prepare', image: 'any', environment: {}, folder, ...more };
    const command = {
      command: ['python3', '/opt/ml/processing/input/code/x.py'],
      cwd: rootOf(folder, root),
      environment: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' },
    };
    const lines: string[] = [];
    const listen = (_: string, line: string): void => {
      lines.push(line);
      hear();
    };
    const end = await runJob(workplace, job, command, listen, signal);
    return { end, lines, folder };
  }

  test('reads and writes by the paths of the container, whole and relative', async () => {
    const script = `
open('/opt/ml/processing/whole.txt', 'w').write('ä')
print(open('opt/ml/processing/whole.txt').read())
open('opt/ml/processing/relative.txt', 'w').write('b')`;
    const { end, lines, folder } = await run(script);
    expect(end).toEqual({ exitCode: 0, signal: null, timedOut: false });
    expect(lines).toEqual(['ä']);
    expect(readFileSync(join(folder, 'processing/relative.txt'), 'utf8')).toBe('b');
  });

  test('that fails keeps its exit code and what it says of it', async () => {
    const { end } = await run(
      `import sys\nopen('/opt/ml/output/failure', 'w').write('no rings' + '.' * 2000)\nsys.exit(4)`,
    );
    expect(end).toMatchObject({ exitCode: 4, signal: null, timedOut: false });
    expect(end.failure).toMatch(/^no rings\.+$/);
    expect(end.failure).toHaveLength(1024);
  });

  test('is ended when its time is over, however it resists', async () => {
    const script = `import signal, time\nsignal.signal(signal.SIGTERM, lambda *_: print('not yet'))\nprint('up', flush=True)\nwhile True: time.sleep(0.05)`;
    let { end, lines } = await run(script, { secondsAtMost: 1 });
    // How long a Python takes until it resists is the machine's affair.
    for (let secondsAtMost = 2; !lines.includes('up') && secondsAtMost < 100; secondsAtMost *= 2)
      ({ end, lines } = await run(script, { secondsAtMost }));
    expect(end).toEqual({ exitCode: null, signal: 'SIGKILL', timedOut: true });
    expect(lines).toContain('up');
  });

  test('is ended by the signal, before it starts too', async () => {
    const stop = new AbortController();
    const script = 'import time\nprint("up", flush=True)\ntime.sleep(600)';
    const { end } = await run(script, {}, stop.signal, () => stop.abort());
    expect(end).toMatchObject({ exitCode: null, timedOut: false });
    const { end: early } = await run('import time\ntime.sleep(600)', {}, AbortSignal.abort());
    expect(early).toMatchObject({ exitCode: null, timedOut: false });
  });

  test('a scratch folder is gone afterwards, whatever happened in it', async () => {
    const temporary = temporaryFolder();
    await expect(
      withScratch({ temporary, unique }, async (scratch) => {
        writeFileSync(join(scratch, 'x'), '');
        expect(existsSync(scratch)).toBe(true);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('whose folder is called otherwise has a root of its own', () => {
    const [folder, scratch] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(folder, 'x'), 'found');
    expect(readFileSync(join(rootOf(folder, scratch), 'opt/ml/x'), 'utf8')).toBe('found');
  });
});

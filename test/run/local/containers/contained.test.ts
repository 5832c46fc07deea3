import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import {
  type Contained,
  type Namespace,
  probeNamespace,
  startContained,
} from '../../../../src/run/local/containers/contained.ts';
import { describeWithPython } from '../../../support/python-environment.ts';
import { eventually } from '../../../support/eventually.ts';
import { isRunning, killGroup } from '../../../support/run-command.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const supervisor = { python: 'python3', env: process.env };
const environment = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' };
const script = fileURLToPath(new URL('../../../../src/run/local/containers/python/contain.py', import.meta.url));

let namespace: Namespace | string = '';

/** Runs a shell's command to its end. */
async function run(command: string, more: Partial<Contained> = {}) {
  const lines: string[] = [];
  const started = startContained(
    supervisor,
    { command: ['/bin/sh', '-c', command], cwd: '/', environment, ...more },
    (stream, line) => void lines.push(`${stream === 'stderr' ? '! ' : ''}${line}`),
  );
  onTestFinished(started.kill);
  return { ...(await started.ended), lines };
}

/** A folder for a job, in a path that a shell and a locale stumble over. */
function jobFolder(): string {
  const folder = join(temporaryFolder(), 'a job für Ωmega', 'opt', 'ml');
  mkdirSync(folder, { recursive: true });
  return folder;
}

function inNamespace(folder: string): Partial<Contained> {
  if (typeof namespace === 'string') throw new Error(namespace);
  return { mount: { folder, namespace } };
}

let naps = 0;

/** How long to sleep, in seconds: as nobody else on this machine does, so that who sleeps so long is known by it. */
function nap(): string {
  return `${7300 + (naps += 1)}.${process.pid}`;
}

/** The processes that sleep so long, whoever started them. */
function sleepers(seconds: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `sleep\0${seconds}\0` && isRunning(pid);
      } catch {
        return false;
      }
    });
}

describeWithPython('a contained program', () => {
  beforeAll(async () => {
    namespace = await probeNamespace(
      supervisor,
      temporaryFolder(() => {}),
    );
  });

  test('is heard line by line, and its exit code is its own', async () => {
    const said = await run('echo eins; echo zwei >&2; printf "no end"; exit 3');
    expect(said).toMatchObject({ exitCode: 3, signal: null });
    expect(said.lines.toSorted()).toEqual(['! zwei', 'eins', 'no end']);
  });

  test('that a signal ends is told by the name of the signal', async () => {
    expect(await run('kill -SEGV $$')).toMatchObject({ exitCode: null, signal: 'SIGSEGV' });
  });

  test('that is not there ends as it would in a shell, and says its name', async () => {
    const missing = await run('', { command: ['no-such-program', '--x'] });
    expect(missing).toEqual({
      exitCode: 127,
      signal: null,
      lines: ['! cannot start no-such-program: No such file or directory'],
    });
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'plain.txt'), 'text');
    const refused = await run('', { command: [join(folder, 'plain.txt')] });
    expect(refused.exitCode).toBe(126);
  });

  test('reads nothing, and gets no more of an environment than was given', async () => {
    const { lines } = await run('', { command: ['env'], environment: { ...environment, ÜBER: 'ß' } });
    expect(lines.toSorted()).toEqual(['LANG=C.UTF-8', `PATH=${environment.PATH}`, 'ÜBER=ß']);
    expect((await run('cat')).exitCode).toBe(0);
  });

  test('takes with it, at its end, what it left running', async () => {
    const long = nap();
    await run(`(setsid sleep ${long} &) ; sleep ${long} & exit 0`);
    await eventually(() => expect(sleepers(long)).toEqual([]));
  });

  test('is ended with everything it started, also what left its group', async () => {
    const long = nap();
    const command = ['/bin/sh', '-c', `trap "" TERM; setsid sleep ${long} & echo up; while :; do sleep ${long}; done`];
    const started = startContained(supervisor, { command, cwd: '/', environment }, () => {});
    onTestFinished(started.kill);
    await eventually(() => expect(sleepers(long)).toHaveLength(2));
    started.terminate();
    started.kill();
    expect(await started.ended).toEqual({ exitCode: null, signal: 'SIGKILL' });
    expect(sleepers(long)).toEqual([]);
  });

  test('may end by itself when it is asked to', async () => {
    const command = ['/bin/sh', '-c', 'trap "echo bye; exit 7" TERM; echo up; while :; do sleep 0.05; done'];
    let up: () => void = () => {};
    const ready = new Promise<void>((resolve) => (up = resolve));
    const lines: string[] = [];
    const started = startContained(supervisor, { command, cwd: '/', environment }, (_, line) => {
      lines.push(line);
      if (line === 'up') up();
    });
    onTestFinished(started.kill);
    await ready;
    started.terminate();
    expect(await started.ended).toEqual({ exitCode: 7, signal: null });
    expect(lines.filter((line) => line !== 'Terminated')).toEqual(['up', 'bye']);
  });

  test.each(['without a namespace', 'in a namespace'])(
    'does not outlive us %s, even when we are killed',
    async (how) => {
      const [long, ours] = [nap(), nap()];
      const folder = jobFolder();
      const command = ['/bin/sh', '-c', `setsid sleep ${long} & sleep ${long}`];
      const mounted =
        how === 'in a namespace' && typeof namespace !== 'string'
          ? { namespace: true, folder, binds: {}, ...namespace }
          : { namespace: false };
      const spec = JSON.stringify({ command, cwd: '/', environment, ...mounted });
      // Stands for us: it holds the only end of the pipe, and is killed without a chance to say anything.
      const holder = spawn(
        '/bin/sh',
        ['-c', '{ printf "%s\\n" "$1"; sleep "$3"; } | python3 -I -S "$2" 3>/dev/null', 'sh', spec, script, ours],
        { detached: true },
      );
      onTestFinished(() => killGroup(holder.pid));
      await eventually(() => expect([sleepers(long).length, sleepers(ours).length]).toEqual([2, 1]));
      process.kill(sleepers(ours)[0]!, 'SIGKILL');
      await eventually(() => expect(sleepers(long)).toEqual([]));
      await endOf(holder);
    },
  );

  test('that says gigabytes without an end of line does not fill our memory', async () => {
    const { lines, exitCode } = await run('head -c 1000000 /dev/zero | tr "\\0" x');
    expect(exitCode).toBe(0);
    expect(lines.join('')).toHaveLength(1_000_000);
    expect(Math.max(...lines.map((line) => line.length))).toBe(65_536);
  });

  describe('in a namespace', () => {
    test('sees its folder as /opt/ml and all else that was in /opt; nobody outside does', async ({ skip }) => {
      if (typeof namespace === 'string') skip(`needs namespaces: ${namespace}`);
      const before = existsSync('/opt/ml');
      const folder = jobFolder();
      writeFileSync(join(folder, 'given.txt'), 'given');
      const { lines, exitCode } = await run(
        'cat /opt/ml/given.txt; echo; echo made > opt/ml/made.txt; id -u; ls -A /opt',
        inNamespace(folder),
      );
      expect(exitCode).toBe(0);
      expect(lines).toEqual([
        'given',
        String(process.getuid?.()),
        ...[...new Set([...readdirSync('/opt'), 'ml'])].toSorted(),
      ]);
      expect(readFileSync(join(folder, 'made.txt'), 'utf8')).toBe('made\n');
      expect(existsSync('/opt/ml')).toBe(before);
    });

    test('two at once see each its own', async ({ skip }) => {
      if (typeof namespace === 'string') skip(`needs namespaces: ${namespace}`);
      const folders = [jobFolder(), jobFolder()];
      await Promise.all(
        folders.map((folder, index) =>
          run(`echo ${index} > /opt/ml/who; sleep 0.3; cat /opt/ml/who > /opt/ml/read`, inNamespace(folder)),
        ),
      );
      expect(folders.map((folder) => readFileSync(join(folder, 'read'), 'utf8'))).toEqual(['0\n', '1\n']);
    });

    test('needs no root, and keeps the user that it has', async ({ skip }) => {
      const python = '/usr/bin/python3';
      const others = ['--reuid=54321', '--regid=54321', '--clear-groups', '--no-new-privs'];
      if (process.getuid?.() !== 0 || spawnSync('setpriv', [...others, python, '-c', '']).status !== 0) {
        skip('needs root to become somebody else, setpriv, and a Python that others may run');
      }
      const bin = temporaryFolder();
      const wrapper = join(bin, 'python3');
      // What is below our own home is not to be read by others.
      const copy = join(bin, 'contain.py');
      copyFileSync(script, copy);
      writeFileSync(wrapper, `#!/bin/sh\nexec setpriv ${others.join(' ')} ${python} -I -S '${copy}'\n`);
      for (const file of [bin, wrapper, copy]) chmodSync(file, 0o755);
      const somebody = { python: wrapper, env: process.env };
      const folder = jobFolder();
      for (let path = folder; path !== dirname(bin); path = dirname(path)) chmodSync(path, 0o755);
      chownSync(folder, 54321, 54321);
      const theirs = await probeNamespace(somebody, folder);
      if (typeof theirs === 'string') skip(`others may not make namespaces here: ${theirs}`);
      expect(theirs).toMatchObject({ newUser: true });
      const lines: string[] = [];
      const command = [
        '/bin/sh',
        '-c',
        'id -u; echo mine > /opt/ml/x; stat -c %u /opt/ml/x; touch /opt/x && rm /opt/x && grep CapEff /proc/self/status',
      ];
      const mount = { folder, namespace: theirs as Namespace };
      const { ended } = startContained(somebody, { command, cwd: '/', environment, mount }, (_, line) =>
        lines.push(line),
      );
      expect(await ended).toEqual({ exitCode: 0, signal: null });
      expect(lines).toEqual(['54321', '54321', 'CapEff:\t0000000000000000']);
      expect(statSync(join(folder, 'x')).uid).toBe(54321);
    });

    test('finds itself in /proc, and may be killed by itself', async ({ skip }) => {
      if (typeof namespace === 'string') skip(`needs namespaces: ${namespace}`);
      const folder = jobFolder();
      const { lines, signal } = await run('readlink /proc/$$/cwd; kill -KILL $$', inNamespace(folder));
      expect([lines, signal]).toEqual([['/'], 'SIGKILL']);
    });
  });
});

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

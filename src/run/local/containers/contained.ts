import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { PipelineError } from '../../../definition/error.ts';
import type { Listener } from './container.ts';
import { readLines } from './lines.ts';

/** How this machine lets a process see a folder as `/opt/ml`: in namespaces of its own. */
export interface Namespace {
  /** Where only a user namespace gives the right to mount. */
  readonly newUser: boolean;
  /** Where the processes can have numbers of their own, so that the kernel ends all of them with the first. */
  readonly newProcesses: boolean;
}

/** A program that is run with everything it starts in our hands. */
export interface Contained {
  readonly command: readonly string[];
  readonly cwd: string;
  /** All of its environment: nothing of ours is added. */
  readonly environment: Readonly<Record<string, string>>;
  /** What is run after its end, also when we are gone by then: it ends what goes on in a daemon. */
  readonly afterwards?: readonly string[];
  /** What it sees as `/opt/ml`, and how; without it, it sees this machine as it is. */
  readonly mount?: {
    readonly folder: string;
    /** Folders that it sees in the place of others in there: `/opt/ml/model`. */
    readonly binds?: Readonly<Record<string, string>>;
    readonly namespace: Namespace;
  };
}

/** The descriptor on which a program may say that it is ready. */
export const READY_DESCRIPTOR = 4;

/** How a program ended: one of the two is null. */
interface ContainedEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A program that runs. */
export interface ContainedProcess {
  readonly ended: Promise<ContainedEnd>;
  /** What it says on the descriptor for it. */
  readonly announcements: Readable;
  /** Asks it to end. */
  readonly terminate: () => void;
  /** Ends it and everything it started. */
  readonly kill: () => void;
}

/** What is needed to contain anything: this machine's Python, and where programs are looked up. */
export interface Supervisor {
  readonly python: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Status =
  | { readonly started: true }
  | { readonly code: number }
  | { readonly signal: string }
  | { readonly refused: string }
  | Namespace;

const SCRIPT = fileURLToPath(new URL('./python/contain.py', import.meta.url));

/** After its end, whoever fled from it and holds its streams is no longer waited for. */
const DRAIN = 2_000;

/** Starts a program; it ends with this process, however that ends. */
export function startContained(supervisor: Supervisor, contained: Contained, listen: Listener): ContainedProcess {
  const { command, cwd, environment, mount, afterwards } = contained;
  const spec = {
    command,
    cwd,
    environment,
    namespace: mount !== undefined,
    ...(afterwards === undefined ? {} : { afterwards }),
    ...(mount === undefined ? {} : { folder: mount.folder, binds: mount.binds ?? {}, ...mount.namespace }),
  };
  const { child, statuses } = supervise(supervisor, spec);
  readLines(child.stdout, (line) => listen('stdout', line));
  readLines(child.stderr, (line) => listen('stderr', line));
  let order: 'TERM' | 'KILL' | undefined;
  let started = false;
  const tell = (text: 'TERM' | 'KILL'): void => {
    order = text;
    // Before it has started there is nobody to read an order.
    if (started) child.stdin?.write(`${text}\n`);
  };
  let end: ContainedEnd | undefined;
  let refused: string | undefined;
  statuses((status) => {
    if ('started' in status) {
      started = true;
      if (order !== undefined) tell(order);
    } else if ('code' in status) end = { exitCode: status.code, signal: null };
    else if ('signal' in status) end = { exitCode: null, signal: status.signal };
    else if ('refused' in status) refused = status.refused;
  });
  return {
    ended: ending(child, supervisor).then((signal) => {
      if (refused !== undefined) throw cannotContain(refused);
      return end ?? { exitCode: null, signal: signal ?? 'SIGKILL' };
    }),
    announcements: child.stdio[READY_DESCRIPTOR] as Readable,
    terminate: () => tell('TERM'),
    kill: () => tell('KILL'),
  };
}

/** Whether jobs can see a folder as `/opt/ml` here, and how; else why not. */
export async function probeNamespace(supervisor: Supervisor, folder: string): Promise<Namespace | string> {
  const { child, statuses } = supervise(supervisor, { probe: folder });
  let answer: Namespace | string = 'the probe gave no answer';
  statuses((status) => {
    if ('newUser' in status) answer = status;
    else if ('refused' in status) answer = status.refused;
  });
  child.stdout?.resume();
  child.stderr?.resume();
  await ending(child, supervisor);
  return answer;
}

function supervise({ python, env }: Supervisor, spec: object) {
  // A group of its own, so that Ctrl-C in the terminal reaches us alone and we end things in order.
  const child = spawn(python, ['-I', '-S', SCRIPT], {
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {});
  // What nobody reads would keep the child from closing.
  (child.stdio[READY_DESCRIPTOR] as Readable).on('error', () => {}).resume();
  child.stdin.write(`${JSON.stringify(spec)}\n`);
  const statuses = (take: (status: Status) => void): void =>
    readLines(child.stdio[3] as Readable, (line) => take(JSON.parse(line) as Status));
  return { child, statuses };
}

async function ending(child: ChildProcess, { python }: Supervisor): Promise<NodeJS.Signals | null> {
  const closed = once(child, 'close');
  closed.catch(() => {});
  try {
    const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    const timer = setTimeout(() => {
      for (const stream of [child.stdout, child.stderr, ...(child.stdio.slice(3) as Readable[])]) stream?.destroy();
    }, DRAIN);
    await closed;
    clearTimeout(timer);
    return signal;
  } catch (cause) {
    throw pythonMissing(python, cause);
  } finally {
    child.stdin?.destroy();
  }
}

/** The fault of a machine whose Python does not start, although there may be others that do. */
export function pythonMissing(python: string, cause: unknown): PipelineError {
  return new PipelineError('machine', 'python-missing', `${python} cannot be started`, {
    detail: (cause as Error).message,
    fix: 'install Python 3 with venv, and see to it that it is on the PATH; or run with --runtime docker',
    cause,
  });
}

/** The fault of a machine that has no namespaces for us. */
export function cannotContain(why: string): PipelineError {
  return new PipelineError('machine', 'namespace-refused', 'This machine does not let a job see a folder as /opt/ml', {
    detail: why,
    fix: 'run with --runtime docker, or allow user namespaces on this machine',
  });
}

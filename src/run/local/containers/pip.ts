import { PipelineError } from '../../../definition/error.ts';
import { type Supervisor, startContained } from './contained.ts';

/** How a command of an environment's Python went. */
export interface PipEnd {
  readonly ok: boolean;
  readonly lines: readonly string[];
}

/** Runs Python in an environment; it ends with this process. */
export type RunPython = (args: readonly string[], more?: Readonly<Record<string, string>>) => Promise<PipEnd>;

/** Who follows a Python while it runs. */
export interface Follower {
  /** Gets what it says as it comes. */
  readonly hear?: (line: string) => void;
  readonly interrupted?: AbortSignal;
}

/** Runs a Python with this machine's own settings for pip, proxies and certificates. */
export function pythonRunner(
  supervisor: Supervisor,
  python: string,
  cwd: string,
  { hear, interrupted }: Follower = {},
): RunPython {
  const own = Object.entries(supervisor.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  // These would lead pip out of the environment that it is to fill.
  const {
    PYTHONPATH: _path,
    PYTHONHOME: _home,
    PIP_TARGET: _target,
    PIP_PREFIX: _prefix,
    PIP_USER: _user,
    // Nothing has compiled the pip of a new environment: what the first start of it compiles is there for the next.
    PYTHONDONTWRITEBYTECODE: _uncompiled,
    ...env
  } = Object.fromEntries(own) as Record<string, string>;
  return async (args, more = {}) => {
    const lines: string[] = [];
    const environment = { ...env, PIP_NO_INPUT: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1', ...more };
    const { ended, kill } = startContained(supervisor, { command: [python, ...args], cwd, environment }, (_, line) => {
      lines.push(line);
      hear?.(line);
    });
    interrupted?.addEventListener('abort', kill, { once: true });
    if (interrupted?.aborted === true) kill();
    const { exitCode } = await ended.finally(() => interrupted?.removeEventListener('abort', kill));
    // What was ended says nothing of packages or of the index.
    refuseInterrupted(interrupted);
    return { ok: exitCode === 0, lines };
  };
}

// A source archive would be compiled, for minutes, with a compiler that may not be there.
export const INSTALL = ['-m', 'pip', 'install', '--only-binary', ':all:', '--retries', '2'] as const;

/**
 * The releases of a package that have a wheel for the Python; none when there is no such package. `pip index versions`
 * would list those that are there as source alone, too: what pip could take it says when it is asked for what is not there.
 */
export async function releasesOf(
  run: RunPython,
  name: string,
  options: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const { lines } = await run([...INSTALL, '--no-deps', ...options, requirement(name, NO_RELEASE)], more);
  const list = lines.map((line) => /\(from versions: (.*)\)/.exec(line)?.[1]).find((found) => found !== undefined);
  const found = list?.split(', ').filter((release) => /^\d/.test(release) && !PRERELEASE.test(release)) ?? [];
  // Folders that pip was told of may have what an index that is not there has not.
  if (found.length === 0) refuseUnreachable(lines);
  return found;
}

const NO_RELEASE = '99999999';
const PRERELEASE = /\d(?:a|b|rc|\.dev)\d/;

/** Without what a builder adds of its own: `2.6.0+cpu`. */
export function bare(release: string): string {
  return release.split('+')[0] ?? release;
}

/** `numpy==1.24.1`, `numpy<2`, `numpy`. */
export function requirement(name: string, version: string): string {
  return /^\d/.test(version) ? `${name}==${version}` : `${name}${version}`;
}

/** Ends what nobody wants any more. Within a step the run tells that it was stopped. */
export function refuseInterrupted(interrupted: AbortSignal | undefined): void {
  if (interrupted?.aborted !== true) return;
  throw new PipelineError('interrupted', 'stopped', 'The run was stopped before its first step');
}

const UNREACHABLE =
  /NewConnectionError|ConnectTimeoutError|ReadTimeoutError|NameResolutionError|ProxyError|Max retries exceeded|ConnectionResetError|SSLError|RemoteDisconnected|Temporary failure in name resolution/;

/** Says what to do when pip could not speak with its index. */
export function refuseUnreachable(lines: readonly string[]): void {
  const line = lines.find((each) => UNREACHABLE.test(each));
  if (line === undefined) return;
  throw new PipelineError('machine', 'package-index-unreachable', 'The package index of Python cannot be reached', {
    detail: `pip said: ${line.replace(/^WARNING: /, '').slice(0, 300)}`,
    fix: 'connect to the network, or name an index that can be reached: PIP_INDEX_URL, PIP_FIND_LINKS, pip config',
  });
}

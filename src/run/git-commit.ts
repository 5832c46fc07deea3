import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const COMMIT = /^[0-9a-f]{40,64}$/;

/**
 * The commit that a folder's files are a checkout of, without starting git; undefined when it is none. CodeBuild has no
 * checkout where CodePipeline brought the sources, and says the commit in its environment.
 *
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
 */
export function gitCommit(folder: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const told = env['CODEBUILD_RESOLVED_SOURCE_VERSION'];
  if (told !== undefined && COMMIT.test(told)) return told;
  for (let at = resolve(folder); ; at = dirname(at)) {
    const git = gitFolder(join(at, '.git'));
    if (git !== undefined) return headOf(git);
    if (dirname(at) === at) return undefined;
  }
}

/** A folder, or in another worktree a file that names one. */
function gitFolder(path: string): string | undefined {
  if (textOf(join(path, 'HEAD')) !== undefined) return path;
  const named = /^gitdir: (.+)$/m.exec(textOf(path) ?? '')?.[1];
  return named === undefined ? undefined : resolve(dirname(path), named);
}

function headOf(git: string): string | undefined {
  const head = textOf(join(git, 'HEAD'))?.trim() ?? '';
  const branch = /^ref: (.+)$/.exec(head)?.[1];
  if (branch === undefined) return COMMIT.test(head) ? head : undefined;
  const common = resolve(git, textOf(join(git, 'commondir'))?.trim() ?? '.');
  const loose = (textOf(join(git, branch)) ?? textOf(join(common, branch)))?.trim();
  if (loose !== undefined && COMMIT.test(loose)) return loose;
  const packed = textOf(join(common, 'packed-refs'))?.split('\n') ?? [];
  return packed.map((line) => line.split(' ')).find(([, name]) => name === branch)?.[0];
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

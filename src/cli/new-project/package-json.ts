import { readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { PipelineError } from '../../definition/error.ts';
import type { Json, JsonObject } from '../../definition/document.ts';
import { isObject } from '../../definition/expression.ts';

export const LIBRARY = 'sagemaker-pipelines';

/** A `package.json` that was there, with what the new project needs beside what it has. */
export interface Completed {
  readonly text: string;
  /** What came in, as `devDependencies.vitest`. */
  readonly added: readonly string[];
}

/** Adds the scripts and dependencies that a `package.json` lacks; what it has stays as it is. */
export function completePackage(present: string, wanted: string, at: string): Completed {
  const manifest = objectOf(present, at);
  const needed = objectOf(wanted, at);
  const has = new Set(
    ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'].flatMap((member) =>
      Object.keys(membersOf(manifest, member)),
    ),
  );
  const added: string[] = [];
  const completed: Record<string, Json | undefined> = { ...manifest };
  for (const member of ['scripts', 'dependencies', 'devDependencies']) {
    const own = membersOf(manifest, member);
    const missing = Object.entries(membersOf(needed, member)).filter(
      ([name]) => !(member === 'scripts' ? lacksNothing(own[name]) : has.has(name)),
    );
    if (missing.length === 0) continue;
    completed[member] = { ...own, ...Object.fromEntries(missing) };
    added.push(...missing.map(([name]) => `${member}.${name}`));
  }
  if (added.length === 0) return { text: present, added };
  const indent = /^([ \t]+)"/m.exec(present)?.[1] ?? '  ';
  return { text: `${JSON.stringify(completed, null, indent)}\n`, added };
}

/** `npm init` writes a script `test` that only fails. */
function lacksNothing(script: Json | undefined): boolean {
  return script !== undefined && !(typeof script === 'string' && script.includes('no test specified'));
}

/**
 * How a new project asks for this package: by its exact version; where the running copy came from elsewhere (an archive, a
 * repository) from there, since no registry may have it.
 */
export function specifierOf(packageFolder: string, version: string, target: string): string {
  const modules = dirname(packageFolder);
  if (basename(modules) !== 'node_modules') return version;
  const owner = dirname(modules);
  let manifest: JsonObject;
  try {
    manifest = objectOf(readFileSync(join(owner, 'package.json'), 'utf8'), owner);
  } catch {
    return version;
  }
  const given = membersOf(manifest, 'dependencies')[LIBRARY] ?? membersOf(manifest, 'devDependencies')[LIBRARY];
  if (typeof given !== 'string' || !given.includes(':')) return version;
  if (!given.startsWith('file:')) return given;
  const path = given.slice('file:'.length);
  if (isAbsolute(path)) return given;
  const moved = relative(target, resolve(owner, path)).split(sep).join('/');
  return `file:${moved.startsWith('.') ? moved : `./${moved}`}`;
}

function membersOf(manifest: JsonObject, member: string): JsonObject {
  const value = manifest[member];
  return isObject(value) ? value : {};
}

function objectOf(text: string, at: string): JsonObject {
  try {
    const value = JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
    if (isObject(value)) return value;
  } catch (cause) {
    throw new PipelineError('usage', 'bad-package', 'package.json is not JSON', {
      at,
      detail: (cause as Error).message,
      fix: 'mend it, or give another folder: sagemaker-pipelines init FOLDER',
      cause,
    });
  }
  throw new PipelineError('usage', 'bad-package', 'package.json must hold one object', { at });
}

import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { versionsByNearness } from '../../../aws/version-order.ts';
import type { Diagnostic } from '../../../definition/diagnostic.ts';
import { PipelineError } from '../../../definition/error.ts';
import type { Tell } from '../../say.ts';
import type { Supervisor } from './contained.ts';
import { type Interpreter, findInterpreter } from './interpreters.ts';
import { withLock } from './lock.ts';
import { type Say, type WorkBegun, type WorkWords, beginWork, tellWork } from './long-work.ts';
import {
  INSTALL,
  type PipEnd,
  type RunPython,
  bare,
  pythonRunner,
  refuseInterrupted,
  refuseUnreachable,
  releasesOf,
  requirement,
} from './pip.ts';
import { pipRunner } from './pip-progress.ts';
import type { Recipe, Substitution } from './recipes.ts';
import { installTorch } from './torch.ts';

/** Where environments are kept, and how one that is built makes itself heard. */
export interface EnvironmentCache {
  readonly folder: string;
  readonly supervisor: Supervisor;
  readonly unique: (digits: number) => string;
  readonly now: () => Date;
  readonly tell: Tell;
  /** Ends what is being built: nobody wants it any more. */
  readonly interrupted: AbortSignal;
}

/** What of an environment is told as it is built. */
export interface Building {
  /** `sklearn 1.2-1` */
  readonly name: string;
  /** What stands behind its name: of what it is built, and by what. */
  readonly detail: string;
}

/** A Python environment that is whole. */
export interface PythonEnvironment {
  /** What it stands for: `sklearn 1.2-1`. */
  readonly name: string;
  readonly folder: string;
  readonly interpreter: Interpreter;
  readonly sitePackages: string;
  /** What differs from the image: `pandas 1.1.3 → 1.5.3`. */
  readonly substituted: readonly Substitution[];
}

/** What is written into an environment when it is whole. */
interface Manifest {
  readonly sitePackages: string;
  readonly substituted: readonly Substitution[];
}

const MANIFEST = 'environment.json';

const VIRTUAL_ENVIRONMENT = fileURLToPath(new URL('./python/virtual_environment.py', import.meta.url));

/** Changes when environments are built in another way, so that older ones are not taken for new ones. */
const FORMAT = 1;

/** A cache that tells of the step for which it builds, when it is one. */
export function ofStep(cache: EnvironmentCache, step: string | undefined): EnvironmentCache {
  if (step === undefined) return cache;
  return { ...cache, tell: (message, about) => cache.tell(message, { step, ...about }) };
}

/** The environment that a recipe asks for, in the place of some images, built when this machine has none yet. */
export async function environmentFor(
  given: EnvironmentCache,
  wanted: Recipe,
  images: readonly string[] = [],
): Promise<PythonEnvironment> {
  const interpreter = await findInterpreter(wanted.python, given.supervisor.env);
  // The `python3` of the PATH may be a shim, which is slow to find it each time.
  const cache = { ...given, supervisor: { ...given.supervisor, python: interpreter.path } };
  const recipe = forPlatform(wanted, interpreter);
  const { name } = recipe;
  const link = join(given.folder, `${name.replaceAll(/[^\w.-]+/g, '-')}-${digest([FORMAT, recipe, interpreter])}`);
  const building = { name, detail: detailOf(recipe, interpreter, images) };
  const built = await buildOnce(given, link, building, (folder, say) => build(cache, recipe, interpreter, folder, say));
  return { name, folder: link, interpreter, ...built };
}

function detailOf({ torch = {}, packages }: Recipe, { version }: Interpreter, images: readonly string[]): string {
  const names = images.map((image) => image.replace(/^[\w.-]+\.amazonaws\.com(?:\.cn)?\//, ''));
  const standsFor = names.length === 0 ? '' : ` for ${names.join(' and ')}`;
  const list = Object.entries({ ...torch, ...packages }).map(([name, wanted]) => `${name} ${wanted}`.trim());
  return `${standsFor} on Python ${version}: pip installs ${list.join(', ')}`;
}

function forPlatform({ onLinux = {}, ...recipe }: Recipe, { platform }: Interpreter): Recipe {
  if (!platform.startsWith('linux')) return recipe;
  const packages = Object.entries(recipe.packages).map(([name, version]) => [onLinux[name] ?? name, version]);
  return { ...recipe, packages: Object.fromEntries(packages) as Record<string, string> };
}

/** What differs between an environment and its image, as one fault; an error where nothing may differ. */
export function substitutions({ name, substituted }: PythonEnvironment, strict: boolean): readonly Diagnostic[] {
  if (substituted.length === 0) return [];
  const list = substituted.map(({ what, wanted, got }) => `${what} ${wanted} → ${got ?? 'not there'}`);
  return [
    {
      code: 'environment-substituted',
      severity: strict ? 'error' : 'warning',
      message: `The environment ${name} of this machine is not the one in the image`,
      detail: list.join(', '),
      fix: 'install the Python of the image, or run with --runtime docker',
    },
  ];
}

/** Something that is built once in a folder of its own and linked to when it is whole: a build that was cut short is never used. */
export async function buildOnce(
  cache: EnvironmentCache,
  link: string,
  building: Building,
  make: (folder: string, say: Say) => Promise<Manifest>,
): Promise<Manifest> {
  const there = readManifest(link);
  if (there !== undefined) return there;
  needWritable(cache.folder);
  return afterOthers(cache, `${link}.lock`, building.name, async () => {
    const meanwhile = readManifest(link);
    if (meanwhile !== undefined) return meanwhile;
    const prefix = `${basename(link)}.build-`;
    for (const name of readdirSync(cache.folder).filter((each) => each.startsWith(prefix))) {
      rmSync(join(cache.folder, name), { recursive: true, force: true });
    }
    // The paths within an environment's programs hold for the place where it was made alone.
    const folder = `${link}.build-${cache.unique(8)}`;
    try {
      const manifest = await tellWork(cache, buildingWords(building), (say) => {
        if (isFirst(cache.folder)) cache.tell(`this happens once: environments are kept in ${cache.folder}`);
        return make(folder, say);
      });
      writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
      symlinkSync(basename(folder), `${folder}.link`);
      renameSync(`${folder}.link`, link);
      return manifest;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  });
}

/** What is told of a build as it begins, and as it is over. */
export function buildingWords({ name, detail }: Building): WorkWords {
  return {
    name,
    begun: `building the environment ${name}${detail}`,
    done: `built the environment ${name}`,
    givenUp: `gave up on the environment ${name}`,
  };
}

/** Does something once no other run builds the same; that it waits for one is told. */
async function afterOthers<T>(cache: EnvironmentCache, lock: string, name: string, use: () => Promise<T>): Promise<T> {
  const words = {
    name,
    begun: `another run is building the environment ${name}; waiting for it`,
    done: `the other run is done with the environment ${name}`,
    givenUp: `waited in vain for the environment ${name}`,
  };
  let wait: WorkBegun | undefined;
  const waitedFor = (state: 'done' | 'given-up'): void => {
    wait?.end(state);
    wait = undefined;
  };
  const waiting = (): void => void (wait = beginWork(cache, words));
  try {
    return await withLock(cache.supervisor, lock, { waiting, interrupted: cache.interrupted }, () => {
      waitedFor('done');
      return use();
    });
  } catch (error) {
    if (wait !== undefined) refuseInterrupted(cache.interrupted);
    throw error;
  } finally {
    waitedFor('given-up');
  }
}

/** Whether nothing was ever built here to its end. */
function isFirst(folder: string): boolean {
  return !readdirSync(folder, { withFileTypes: true }).some((entry) => entry.isSymbolicLink());
}

function needWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new PipelineError(
      'machine',
      'cache-not-writable',
      `${folder}, where environments are kept, cannot be written to`,
      {
        detail: (cause as Error).message.split(',')[0],
        fix: 'name a folder that can be: SAGEMAKER_PIPELINES_CACHE=FOLDER',
        cause,
      },
    );
  }
}

/** A short name for content. */
export function digest(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}

/** Where an environment keeps its packages. */
export function sitePackagesOf(folder: string, { minor }: Interpreter): string {
  return join(folder, 'lib', `python${minor}`, 'site-packages');
}

function readManifest(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

async function build(
  cache: EnvironmentCache,
  recipe: Recipe,
  interpreter: Interpreter,
  folder: string,
  say: Say,
): Promise<Manifest> {
  say('making a virtual environment');
  const make = pythonRunner(cache.supervisor, interpreter.path, cache.folder, { interrupted: cache.interrupted });
  const made = await make(['-I', VIRTUAL_ENVIRONMENT, folder]);
  if (!made.ok) throw cannotBuild(recipe.name, made);
  const place = { folder, pipIn: sitePackagesOf(folder, interpreter) };
  const run = pipRunner(cache, place, cache.folder, say);
  const torch =
    recipe.torch === undefined
      ? undefined
      : await installTorch(run, recipe.torch, interpreter, cache.supervisor.env, say);
  const others = await installPackages(run, recipe, torch?.installed ?? {}, { tell: cache.tell, say });
  const python = recipe.python ?? interpreter.minor;
  return {
    sitePackages: sitePackagesOf(folder, interpreter),
    substituted: [
      ...(python === interpreter.minor ? [] : [{ what: 'Python', wanted: python, got: interpreter.minor }]),
      ...(torch?.substituted ?? []),
      ...others,
    ],
  };
}

/** Exactly what the image has, else each in its nearest release, else at least the framework itself. */
async function installPackages(
  run: RunPython,
  { name, packages }: Recipe,
  installed: Readonly<Record<string, string>>,
  { tell, say }: { readonly tell: Tell; readonly say: Say },
): Promise<readonly Substitution[]> {
  const kept = Object.entries(installed).map(([each, version]) => requirement(each, version));
  const failed = new Map<string, PipEnd>();
  const install = async (wanted: Readonly<Record<string, string>>): Promise<PipEnd> => {
    const words = Object.entries(wanted).map(([each, version]) => requirement(each, version));
    // What has failed would fail again, after as long.
    const end = failed.get(words.join(' ')) ?? (await run([...INSTALL, ...kept, ...words]));
    if (!end.ok) failed.set(words.join(' '), end);
    return end;
  };
  const exact = await install(packages);
  if (exact.ok) return [];
  // pip says both of a package that it does not know and of an index that it does not reach.
  refuseUnreachable(exact.lines);
  tell(`${name}: this Python cannot have all versions of the image, looking for the nearest`);
  const nearest: Record<string, string> = {};
  const substituted: Substitution[] = [];
  for (const [each, wanted] of Object.entries(packages)) {
    const isPinned = /^\d/.test(wanted);
    if (isPinned) say(`looking for the release of ${each} that is nearest to ${wanted}`);
    const got = isPinned ? versionsByNearness(wanted, await releasesOf(run, each))[0] : wanted;
    if (got !== undefined) nearest[each] = got;
    if (got !== wanted) substituted.push({ what: each, wanted, got: got ?? null });
  }
  const second = await install(nearest);
  if (second.ok) return substituted;
  const [framework = '', ...rest] = Object.keys(nearest);
  const loose = Object.fromEntries([
    [framework, nearest[framework] ?? ''],
    ...rest.map((each) => [each, withinMajor(nearest[each] ?? '')]),
  ]) as Record<string, string>;
  const third = await install(loose);
  if (!third.ok) throw cannotBuild(name, third);
  return compareWith(await installedVersions(run), packages);
}

/** No newer than a framework that was built against it may be, as NumPy 2 is to those of NumPy 1. */
function withinMajor(version: string): string {
  const [, major] = /^(\d+)/.exec(version) ?? [];
  return major === undefined ? version : `<${Number(major) + 1}`;
}

async function installedVersions(run: RunPython): Promise<ReadonlyMap<string, string>> {
  const { lines } = await run(['-m', 'pip', 'list', '--format', 'json']);
  const list = JSON.parse(lines.find((line) => line.startsWith('[')) ?? '[]') as { name: string; version: string }[];
  return new Map(list.map(({ name, version }) => [name.toLowerCase(), version]));
}

function compareWith(found: ReadonlyMap<string, string>, packages: Readonly<Record<string, string>>): Substitution[] {
  return Object.entries(packages).flatMap(([what, wanted]) => {
    const got = found.get(what.toLowerCase()) ?? null;
    const differs = /^\d/.test(wanted) && (got === null || bare(got) !== wanted);
    return differs ? [{ what, wanted, got }] : [];
  });
}

const TAIL = 12;

function cannotBuild(name: string, { lines }: PipEnd): PipelineError {
  refuseUnreachable(lines);
  return new PipelineError(
    'machine',
    'environment-not-built',
    `The environment ${name} cannot be built on this machine`,
    {
      detail: lines.slice(-TAIL).join('\n  '),
      fix: 'install the Python of the image, name an environment of your own in pipelines.config.json, or run with --runtime docker',
    },
  );
}

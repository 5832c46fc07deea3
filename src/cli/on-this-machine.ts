import { mkdirSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { PipelineError } from '../definition/error.ts';
import type { Fetch } from '../run/local/fetch.ts';
import { findRun } from '../run/local/read-runs.ts';
import type { LocalSettings } from '../run/local/settings.ts';
import { readPlace } from '../run/local/store/place.ts';
import type { Mount } from '../run/local/store/store.ts';
import { usersCache } from './cache-folder.ts';
import type { Arguments, Options } from './command.ts';
import { readConfig } from './config.ts';
import { inProject } from './image-settings.ts';
import type { Context } from './context.ts';
import { handlersOf } from './handlers.ts';
import { numberOf } from './number-flag.ts';
import type { Setting } from './settings.ts';
import { stateFolderOf } from './state-folder.ts';
import { thisProcess } from './this-process.ts';

/** The flags of a run on this machine, beside those of every run. */
export const LOCAL_FLAGS = {
  map: {
    type: 'list',
    describe: 'Local: a file or folder that stands for a part of S3, as s3://bucket/prefix=./folder',
  },
  fetch: { type: 'flag', describe: 'Local: read what is missing from S3, once, and keep it' },
  runtime: {
    type: 'text',
    choices: ['process', 'docker'],
    describe: "Local: what runs a step's image: processes in Python environments, or Docker [process]",
  },
  open: { type: 'flag', describe: 'Local: show the page of the run in a browser when it has ended' },
  'strict-environment': { type: 'flag', describe: 'Local: refuse Python environments that differ from their image' },
  function: {
    type: 'list',
    describe:
      'Local: a file that stands for a Lambda function, as name=./handler.py or name=./handler.py:lambda_handler',
  },
  callback: {
    type: 'list',
    describe: "Local: a command that answers a Callback step, as 'Step=python3 answer.py'",
  },
  cache: {
    type: 'flag',
    describe: "Local: use earlier results of all steps; --no-cache: of none [as each step's CacheConfig says]",
  },
  resume: {
    type: 'text',
    describe: 'Local: go on with a run that was killed, was stopped or failed: its name, or latest',
  },
} as const satisfies Options;

/** What the flags say, as the runner takes it. */
export function localSettings(
  args: Arguments<typeof LOCAL_FLAGS> & {
    readonly 'max-parallel'?: string | undefined;
    readonly profile?: string | undefined;
    readonly only?: readonly string[];
    readonly from?: string | undefined;
    readonly 'source-execution'?: string | undefined;
  },
  { region, parallelism }: { readonly region: Setting; readonly parallelism: number | undefined },
  context: Pick<Context, 'cwd' | 'env' | 'unique' | 'now'>,
): LocalSettings {
  const asked = numberOf(args['max-parallel'], '--max-parallel', /^[1-9]\d{0,5}$/, 'a whole number from 1');
  return {
    stateFolder: stateFolderOf(context),
    region: region.value,
    maxParallel: asked ?? Math.min(parallelism ?? Infinity, availableParallelism()),
    selection: { only: args.only, from: args.from, source: args['source-execution'] },
    handlers: handlersOf(args, context.cwd),
    owner: thisProcess(),
    ...(args.cache === undefined ? {} : { cache: args.cache ? 'all' : 'none' }),
    ...(args.resume === undefined ? {} : { resume: findRun(stateFolderOf(context), args.resume) }),
    mounts: args.map.map((word) => mountOf(word, context.cwd)),
    ...(args.fetch === true ? { fetch: fetchInto(region.value, args.profile) } : {}),
    containers: async ({ tell, interrupted, fetchObject }) => {
      if (args.runtime === 'docker') {
        const { dockerContainers } = await import('../run/local/containers/docker.ts');
        const [user, group] = [process.getuid?.(), process.getgid?.()];
        return dockerContainers({
          env: context.env,
          platform: process.platform,
          ...(user === undefined || group === undefined ? {} : { owner: { user, group } }),
          temporary: tmpdir(),
          unique: context.unique,
          fetchObject,
        });
      }
      const { processContainers } = await import('../run/local/containers/process.ts');
      return processContainers({
        env: context.env,
        cwd: context.cwd,
        cache: join(cacheFolder(context, tell), 'environments'),
        temporary: tmpdir(),
        unique: context.unique,
        now: context.now,
        tell,
        interrupted,
        images: inProject(readConfig(context.cwd).images ?? {}, context.cwd),
        strictEnvironment: args['strict-environment'] ?? false,
        fetchObject,
      });
    },
  };
}

function fetchInto(region: string, profile: string | undefined): NonNullable<LocalSettings['fetch']> {
  return (tell) => {
    const open = async () => (await import('../s3/client.ts')).openS3({ region, profile });
    let loaded: Promise<Fetch> | undefined;
    const load = async (): Promise<Fetch> => (await import('../run/local/fetch.ts')).fetchFrom({ open, tell });
    return async (store, uri) => (await (loaded ??= load()))(store, uri);
  };
}

/** What is worth keeping for every project of this user; kept with the project where the user's folder cannot be written to. */
function cacheFolder(context: Pick<Context, 'cwd' | 'env'>, tell: (message: string) => void): string {
  const { path, isOwn } = usersCache(context.env);
  if (isOwn) return path;
  try {
    mkdirSync(path, { recursive: true });
    return path;
  } catch {
    const instead = join(stateFolderOf(context), 'cache');
    tell(`${path} cannot be made: environments are kept in ${relative(context.cwd, instead)}`);
    return instead;
  }
}

function mountOf(word: string, cwd: string): Mount {
  const equals = word.indexOf('=');
  if (!word.startsWith('s3://') || equals < 0 || equals === word.length - 1) {
    throw new PipelineError('usage', 'bad-value', `--map cannot be "${word}"`, {
      fix: '--map s3://bucket/prefix=./folder',
    });
  }
  return { place: readPlace(word.slice(0, equals)), path: resolve(cwd, word.slice(equals + 1)), readOnly: false };
}

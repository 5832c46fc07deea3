import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { isFile } from './is-file.ts';

/** What a tsconfig.json says of imports that are no paths, with the folders that it means. */
interface Aliases {
  readonly baseUrl: string | undefined;
  readonly paths: Readonly<Record<string, readonly string[]>>;
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * The files, without regard to their endings, that an import may mean by the tsconfig.json nearest to a file.
 * https://www.typescriptlang.org/tsconfig/#paths
 */
export function aliased(specifier: string, file: string): string[] {
  const config = nearestConfig(dirname(file));
  if (config === undefined) return [];
  const { baseUrl, paths } = aliasesOf(config, new Set());
  const [best] = Object.keys(paths)
    .flatMap((pattern) => matchOf(pattern, specifier) ?? [])
    .toSorted((one, other) => other.length - one.length);
  const targets = best === undefined ? [] : paths[best.pattern]!.map((target) => target.replace('*', () => best.star));
  return baseUrl === undefined ? targets : [...targets, join(baseUrl, specifier)];
}

/** How a pattern with at most one star takes a specifier; the more of it is literal, the better it fits. */
function matchOf(pattern: string, specifier: string): { pattern: string; star: string; length: number } | undefined {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return pattern === specifier ? { pattern, star: '', length: Infinity } : undefined;
  const fits = specifier.startsWith(before) && specifier.endsWith(after);
  if (!fits || specifier.length < before.length + after.length) return undefined;
  const star = specifier.slice(before.length, specifier.length - after.length);
  return { pattern, star, length: before.length };
}

function nearestConfig(folder: string): string | undefined {
  const config = join(folder, 'tsconfig.json');
  if (isFile(config)) return config;
  const above = dirname(folder);
  return above === folder ? undefined : nearestConfig(above);
}

function aliasesOf(config: string, seen: Set<string>): Aliases {
  const none = { baseUrl: undefined, paths: {} };
  if (seen.has(config) || !isFile(config)) return none;
  seen.add(config);
  const settings = settingsIn(readFileSync(config, 'utf8'));
  const parents = [settings['extends']].flat().filter((name) => typeof name === 'string');
  const inherited = parents.reduce<Aliases>((all, name) => {
    const { baseUrl, paths } = aliasesOf(extendedConfig(name, config), seen);
    return { baseUrl: baseUrl ?? all.baseUrl, paths: Object.keys(paths).length === 0 ? all.paths : paths };
  }, none);
  const own = isObject(settings['compilerOptions']) ? settings['compilerOptions'] : {};
  const baseUrl = typeof own['baseUrl'] === 'string' ? resolve(dirname(config), own['baseUrl']) : inherited.baseUrl;
  if (!isObject(own['paths'])) return { baseUrl, paths: inherited.paths };
  const folder = baseUrl ?? dirname(config);
  const entries = Object.entries(own['paths']).map(([pattern, targets]) => {
    const texts = [targets].flat().filter((target) => typeof target === 'string');
    return [pattern, texts.map((target) => resolve(folder, target))] as const;
  });
  return { baseUrl, paths: Object.fromEntries(entries) };
}

function extendedConfig(name: string, config: string): string {
  if (name.startsWith('.') || isAbsolute(name)) {
    const path = resolve(dirname(config), name);
    return isFile(path) ? path : `${path}.json`;
  }
  const require = createRequire(config);
  for (const each of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    try {
      return require.resolve(each);
    } catch {
      // The next spelling may be the one that is meant.
    }
  }
  return name;
}

/** JSON as TypeScript reads it: comments and commas before a bracket that closes do not count. */
function settingsIn(text: string): Settings {
  const strings = /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  const commas = /("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g;
  try {
    const settings: unknown = JSON.parse(
      text
        .replace(/^\uFEFF/, '')
        .replace(strings, '$1')
        .replace(commas, '$1'),
    );
    return isObject(settings) ? settings : {};
  } catch {
    return {};
  }
}

// Not the library's own: the hooks have a thread of their own on some Nodes, and it would load all of it a second time.
function isObject(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { readFileSync } from 'node:fs';
import { awsFile } from './aws-file.ts';
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import { type Setting, regionOf } from './settings.ts';

/**
 * The region in which AWS is asked: as for writing a definition, and before the default that of the profile, where AWS's
 * own tools look too. A definition is not written by it: the same command has to write the same on every machine.
 */
export function runRegion(
  { region, profile }: { readonly region: string | undefined; readonly profile?: string | undefined },
  env: Context['env'],
  config: Config,
): Setting {
  const found = regionOf(region, env, config);
  if (found.from !== 'default') return found;
  const name = profile ?? env['AWS_PROFILE'] ?? 'default';
  const value = profileRegion(name, env);
  return value === undefined ? found : { value, from: `profile ${name}` };
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html */
function profileRegion(name: string, env: Context['env']): string | undefined {
  const file = awsFile('config', env);
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  let isOurs = false;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*(.+?)\s*\]/.exec(line)?.[1];
    if (section !== undefined) isOurs = section === name ? name === 'default' : section === `profile ${name}`;
    const region = /^region\s*=\s*(\S+)/.exec(line)?.[1];
    if (isOurs && region !== undefined) return region;
  }
  return undefined;
}

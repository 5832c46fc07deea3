import { join } from 'node:path';
import type { Registry } from '../../run/local/registry.ts';
import type { Context } from '../context.ts';
import { readConfig } from '../config.ts';
import { regionOf } from '../settings.ts';
import { stateFolderOf } from '../state-folder.ts';

/** The registry of the project in the current folder. */
export function registryOf(context: Context): Registry {
  const region = regionOf(undefined, context.env, readConfig(context.cwd)).value;
  return { folder: join(stateFolderOf(context), 'registry'), region, unique: context.unique };
}

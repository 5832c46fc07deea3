import { join } from 'node:path';
import type { Context } from './context.ts';

const VARIABLES = { config: 'AWS_CONFIG_FILE', credentials: 'AWS_SHARED_CREDENTIALS_FILE' } as const;

/**
 * Where AWS's own tools look for the user's settings; undefined where there is no home.
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html
 */
export function awsFile(name: keyof typeof VARIABLES, env: Context['env']): string | undefined {
  const home = env['HOME'] ?? env['USERPROFILE'];
  return env[VARIABLES[name]] ?? (home === undefined ? undefined : join(home, '.aws', name));
}

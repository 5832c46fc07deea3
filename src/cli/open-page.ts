import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { Diagnostic } from '../definition/diagnostic.ts';
import type { Context } from './context.ts';

const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Shows a file in the browser of whoever sits here; says so when none can be started. */
export function openPage(path: string, { env }: Pick<Context, 'env'>): Promise<readonly Diagnostic[]> {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  return new Promise((resolve) => {
    const child = spawn(program, [...args, pathToFileURL(path).href], {
      env,
      stdio: 'ignore',
      detached: true,
    });
    child.once('error', () =>
      resolve([
        {
          code: 'no-browser',
          severity: 'note',
          message: `${program}, which would show the page, cannot be started`,
          fix: `open ${path} in a browser`,
        },
      ]),
    );
    child.once('spawn', () => {
      child.unref();
      resolve([]);
    });
  });
}

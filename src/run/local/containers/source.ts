import { cpSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Supervisor } from './contained.ts';
import { pythonRunner } from './pip.ts';

const UNPACK = fileURLToPath(new URL('./python/unpack.py', import.meta.url));

/** What brings code to a container. */
interface SourceReader {
  readonly supervisor: Supervisor;
  readonly settings: { readonly fetchObject: (s3Uri: string, file: string) => Promise<void> };
}

/**
 * Puts code into a folder: an archive or a script on S3, or what lies in the job's own `/opt/ml`. The result says why it
 * could not be, in a sentence for the job's log.
 */
export async function fetchSource(
  { settings, supervisor }: SourceReader,
  uri: string,
  base: string,
  folder: string,
  scratch: string,
): Promise<string | undefined> {
  let source = join(scratch, uri.split('/').at(-1) || 'source');
  if (uri.startsWith('s3://')) {
    await settings.fetchObject(uri, source);
  } else {
    const local = uri.replace(/^file:\/\//, '');
    source = local === '/opt/ml' || local.startsWith('/opt/ml/') ? join(base, local.slice('/opt/ml'.length)) : local;
    if (!existsSync(source)) return `there is no ${uri} for the code to come from`;
    if (statSync(source).isDirectory()) {
      if (source !== folder) cpSync(source, folder, { recursive: true });
      return undefined;
    }
  }
  const { ok, lines } = await pythonRunner(
    supervisor,
    supervisor.python,
    scratch,
  )(['-I', '-S', UNPACK, source, folder]);
  return ok ? undefined : `the code in ${uri} was refused: ${lines.at(-1)}`;
}

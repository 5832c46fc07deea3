import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

import type { ContainerJob } from '../../../../src/run/local/containers/container.ts';
import { processContainers } from '../../../../src/run/local/containers/process.ts';
import type { ProcessSettings } from '../../../../src/run/local/containers/workshop.ts';
import { PATIENCE } from '../../../support/patience.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

export const SKLEARN = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3';

/** An image of nobody's, for jobs that need little of Python. */
export const PLAIN = '123456789012.dkr.ecr.us-east-1.amazonaws.com/plain:1';

/** Where environments are kept from one test run to the next. */
export const CACHE = join(
  process.env['SAGEMAKER_PIPELINES_TEST_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sagemaker-pipelines'),
  'environments',
);

/** Other test files make folders beside these at the same time: what is made of the number of a process and a count may be another's. */
export const unique = (digits: number): string => randomBytes(digits).toString('hex').slice(0, digits);

/** The containers of a test, and what they said while they made themselves ready. */
export function openContainers(more: Partial<ProcessSettings> = {}, afterwards?: (remove: () => void) => unknown) {
  const told: string[] = [];
  const own = temporaryFolder(afterwards);
  const settings: ProcessSettings = {
    env: process.env,
    cwd: own,
    cache: CACHE,
    temporary: dirname(own),
    unique,
    now: () => new Date(),
    interrupted: new AbortController().signal,
    tell: (message) => told.push(message),
    images: { [PLAIN]: { environment: 'python:3.11' } },
    fetchObject: (uri) => Promise.reject(new Error(`${uri} is not there`)),
    grace: 300,
    startLimit: PATIENCE,
    ...more,
  };
  return { containers: processContainers(settings), told };
}

/** Writes files below a new folder with a name that trips up who does not quote, and gives the folder. */
export function layOut(
  files: Readonly<Record<string, string | Uint8Array>>,
  afterwards?: (remove: () => void) => unknown,
): string {
  const folder = join(temporaryFolder(afterwards), 'Schritt mit Ω', 'opt-ml');
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

/** A processing job that runs `x.py`. */
export function processing(folder: string, more: Partial<ContainerJob> = {}): ContainerJob {
  return {
    kind: 'processing',
    name: 'Prepare',
    image: PLAIN,
    entrypoint: ['python3', '/opt/ml/processing/input/code/x.py'],
    environment: {},
    folder,
    ...more,
  };
}

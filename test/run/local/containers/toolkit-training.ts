import { spawnSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';

import type { ContainerJob, Containers } from '../../../../src/run/local/containers/container.ts';
import type { ProcessSettings } from '../../../../src/run/local/containers/workshop.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { layOut, openContainers } from './process-containers.ts';

/** An image with SageMaker's training toolkit and nothing else that a download is needed for. */
const TOOLKIT = '123456789012.dkr.ecr.us-east-1.amazonaws.com/toolkit:1';
const cwd = temporaryFolder(afterAll);
const images = { [TOOLKIT]: { environment: './toolkit' } };
const VIRTUAL_ENVIRONMENT = fileURLToPath(
  new URL('../../../../src/run/local/containers/python/virtual_environment.py', import.meta.url),
);

/** Makes the environment that stands for the image. */
export function makeToolkit(): void {
  const { status } = spawnSync('python3', ['-I', VIRTUAL_ENVIRONMENT, join(cwd, 'toolkit')]);
  if (status !== 0) throw new Error('venv failed');
}

/** An archive of these files, as it would lie on S3. */
export function archiveOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const archive = join(temporaryFolder(), 'sourcedir.tar.gz');
  expect(spawnSync('tar', ['-czf', archive, '-C', folder, ...Object.keys(files)]).status).toBe(0);
  return archive;
}

let fetchObject: ProcessSettings['fetchObject'] = () => Promise.reject(new Error('nothing is there'));

/** What each way of a job to its `/opt/ml` needs to find out, it finds out once. */
const containersBy = { namespace: containersOf('namespace'), rewrite: containersOf('rewrite') };

function containersOf(isolation: 'namespace' | 'rewrite'): Containers {
  const settings = { isolation, cwd, images, cache: join(cwd, 'cache') };
  return openContainers({ ...settings, fetchObject: (uri, file) => fetchObject(uri, file) }, afterAll).containers;
}

/** Trains by an archive of code and hyperparameters, and tells what came of it. */
export async function train(
  source: string,
  given: Readonly<Record<string, string>>,
  {
    isolation = 'namespace',
    channels = {},
    job = {},
  }: { isolation?: 'namespace' | 'rewrite'; channels?: Record<string, string>; job?: Partial<ContainerJob> } = {},
) {
  const fetched: string[] = [];
  fetchObject = (uri, file) => {
    fetched.push(uri);
    copyFileSync(source, file);
    return Promise.resolve();
  };
  const hyperparameters = {
    sagemaker_submit_directory: '"s3://bucket/code/sourcedir.tar.gz"',
    sagemaker_program: '"train.py"',
    sagemaker_region: '"eu-west-1"',
    sagemaker_container_log_level: '20',
    ...given,
  };
  const inputs = Object.keys(channels).map((name) => [
    name,
    { TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated', RecordWrapperType: 'None' },
  ]);
  const folder = layOut({
    'input/config/hyperparameters.json': JSON.stringify(hyperparameters),
    'input/config/inputdataconfig.json': JSON.stringify(Object.fromEntries(inputs)),
    'input/config/resourceconfig.json': JSON.stringify({
      current_host: 'algo-1',
      hosts: ['algo-1'],
      network_interface_name: 'eth0',
      current_instance_type: 'ml.m5.large',
    }),
    ...Object.fromEntries(Object.entries(channels).map(([name, text]) => [`input/data/${name}/data.csv`, text])),
  });
  const lines: string[] = [];
  const end = await containersBy[isolation].run(
    {
      kind: 'training',
      name: 'Fit',
      image: TOOLKIT,
      environment: { TRAINING_JOB_NAME: 'fit-1' },
      folder,
      hyperparameters,
      ...job,
    },
    (_, line) => lines.push(line),
    new AbortController().signal,
  );
  return { end, lines, folder, fetched };
}

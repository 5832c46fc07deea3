import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import type { Json, ParameterValue, PipelineDocument, StepDocument } from '../../../src/definition/document.ts';
import type { RunEvent } from '../../../src/definition/events.ts';
import { runLocally } from '../../../src/run/local/run.ts';
import type { LocalSettings } from '../../../src/run/local/settings.ts';
import { openStore, readObjectText, needObject, writeObject } from '../../../src/run/local/store/store.ts';
import { readPlace } from '../../../src/run/local/store/place.ts';
import type { RunResult } from '../../../src/run/runner.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { plainContainers } from './plain-containers.ts';

export const unique = (digits: number): string => randomBytes(digits).toString('hex').slice(0, digits);

/** A project's state and what is done with it. */
export interface Bench {
  readonly stateFolder: string;
  /** Puts an object into the store. */
  readonly put: (uri: string, text: string) => Promise<void>;
  readonly get: (uri: string) => Promise<string>;
  readonly run: (document: PipelineDocument, options?: RunOptions) => Promise<Ran>;
}

export interface RunOptions {
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  readonly settings?: Partial<LocalSettings>;
  readonly interrupted?: AbortSignal;
  readonly listen?: (event: RunEvent) => void;
  readonly now?: () => Date;
}

export interface Ran extends RunResult {
  readonly events: readonly RunEvent[];
  /** How each step ended, and why where it says so. */
  readonly states: Readonly<Record<string, string>>;
  readonly reasons: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

export function bench(folder: string = temporaryFolder()): Bench {
  const stateFolder = join(folder, '.sagemaker-pipelines');
  const store = openStore(join(stateFolder, 'store'), unique);
  return {
    stateFolder,
    put: (uri, text) => writeObject(store, readPlace(uri), text),
    get: async (uri) => readObjectText(await needObject(store, readPlace(uri))),
    run: async (definition, { parameters = {}, settings = {}, interrupted, listen, now = () => new Date() } = {}) => {
      const events: RunEvent[] = [];
      const assembly = { name: 'tested', tags: {}, definition, assets: [], origins: {}, diagnostics: [] };
      const result = await runLocally(
        { assembly, parameters },
        {
          env: { PATH: process.env['PATH'] },
          cwd: folder,
          now,
          unique,
          sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal && { signal }).catch(() => {}),
          interrupted: interrupted ?? new AbortController().signal,
          say: (event) => {
            events.push(event);
            listen?.(event);
          },
        },
        {
          stateFolder,
          region: 'eu-west-1',
          maxParallel: 4,
          mounts: [],
          owner: { id: 'tests', isAlive: () => false },
          containers: () => Promise.resolve(plainContainers),
          ...settings,
        },
      );
      const ends = events.filter((event) => event.type === 'step-ended');
      return {
        ...result,
        events,
        states: Object.fromEntries(ends.map(({ step, state }) => [step, state])),
        reasons: Object.fromEntries(ends.map(({ step, reason }) => [step, reason])),
        folder: join(stateFolder, 'runs', result.run),
      };
    },
  };
}

/** A document of these steps. */
export function documentOf(
  steps: readonly StepDocument[],
  parameters: PipelineDocument['Parameters'] = [],
): PipelineDocument {
  return { Version: '2020-12-01', Metadata: {}, Parameters: parameters, Steps: steps };
}

/** What a Processing step of a test is made of. */
export interface Shell {
  readonly script: string;
  readonly inputs?: Readonly<Record<string, Json>>;
  readonly outputs?: Readonly<Record<string, Json>>;
  readonly words?: readonly Json[];
  readonly environment?: Readonly<Record<string, Json>>;
  readonly seconds?: number;
}

/** A Processing step that runs a shell script: `in/<name>` and `out/<name>` below /opt/ml/processing. */
export function shellStep(name: string, shell: Shell, rest: Partial<StepDocument> = {}): StepDocument {
  const { script, inputs = {}, outputs = {}, words = [], environment = {}, seconds } = shell;
  return {
    Name: name,
    Type: 'Processing',
    Arguments: {
      ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 } },
      AppSpecification: {
        ImageUri: 'example.com/shell:1',
        ContainerEntrypoint: ['/bin/sh', '-c', script, 'sh'],
        ContainerArguments: words,
      },
      RoleArn: 'arn:aws:iam::111122223333:role/SageMaker',
      ProcessingInputs: Object.entries(inputs).map(([InputName, S3Uri]) => ({
        InputName,
        AppManaged: false,
        S3Input: {
          S3Uri,
          LocalPath: `/opt/ml/processing/in/${InputName}`,
          S3DataType: 'S3Prefix',
          S3InputMode: 'File',
          S3DataDistributionType: 'FullyReplicated',
          S3CompressionType: 'None',
        },
      })),
      ProcessingOutputConfig: {
        Outputs: Object.entries(outputs).map(([OutputName, S3Uri]) => ({
          OutputName,
          AppManaged: false,
          S3Output: { S3Uri, LocalPath: `/opt/ml/processing/out/${OutputName}`, S3UploadMode: 'EndOfJob' },
        })),
      },
      Environment: environment,
      ...(seconds === undefined ? {} : { StoppingCondition: { MaxRuntimeInSeconds: seconds } }),
    },
    ...rest,
  };
}

/** A property of a step. */
export function get(text: string): Json {
  return { Get: text };
}

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import type { RunEvent } from '../../../src/definition/events.ts';
import { listRuns } from '../../../src/run/local/read-runs.ts';
import { runLocally } from '../../../src/run/local/run.ts';
import { plainContainers } from './plain-containers.ts';
import { documentOf, get, shellStep } from './run-document.ts';

export interface Worked {
  readonly state: string;
  readonly events: readonly RunEvent[];
}

const OUT = '/opt/ml/processing/out';
const IN = '/opt/ml/processing/in';
const RUN = get('Execution.PipelineExecutionId');
const inRun = (name: string) => ({ 'Std:Join': { On: '/', Values: ['s3:/', 'b', RUN, name] } });

/** Something of every kind that leaves traces: objects, a branch, a model and a version of a package. */
export const DOCUMENT = documentOf([
  shellStep(
    'Make',
    { script: `echo data > ${OUT}/o/data; echo '{"good": 1}' > ${OUT}/o/check.json`, outputs: { o: inRun('made') } },
    { PropertyFiles: [{ PropertyFileName: 'Check', OutputName: 'o', FilePath: 'check.json' }] },
  ),
  {
    Name: 'Choose',
    Type: 'Condition',
    Arguments: {
      Conditions: [
        {
          Type: 'Equals',
          LeftValue: { 'Std:JsonGet': { PropertyFile: get('Steps.Make.PropertyFiles.Check'), Path: 'good' } },
          RightValue: 1,
        },
      ],
      IfSteps: [
        shellStep('Use', {
          script: `cat ${IN}/i/data ${IN}/i/check.json > ${OUT}/o/model.tar.gz`,
          inputs: { i: get("Steps.Make.ProcessingOutputConfig.Outputs['o'].S3Output.S3Uri") },
          outputs: { o: inRun('used') },
        }),
        {
          Name: 'Register',
          Type: 'RegisterModel',
          Arguments: {
            ModelPackageGroupName: 'kept',
            InferenceSpecification: { Containers: [{ Image: 'i', ModelDataUrl: inRun('used/model.tar.gz') }] },
          },
          DependsOn: ['Use'],
        },
        {
          Name: 'Model',
          Type: 'Model',
          Arguments: { PrimaryContainer: { Image: 'i', ModelDataUrl: inRun('used/model.tar.gz') } },
          DependsOn: ['Use'],
        },
      ],
      ElseSteps: [{ Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage: 'bad' } }],
    } as never,
  },
]);

/** Runs it in a folder, from where the last run in there has come to; every run has the same name and the same time. */
export async function work(folder: string): Promise<Worked> {
  const stateFolder = join(folder, '.sagemaker-pipelines');
  const events: RunEvent[] = [];
  const [resume] = listRuns(stateFolder);
  const { state } = await runLocally(
    {
      assembly: { name: 'tested', tags: {}, definition: DOCUMENT, assets: [], origins: {}, diagnostics: [] },
      parameters: {},
    },
    {
      env: {},
      cwd: folder,
      now: () => new Date('2026-01-02T03:04:05.678Z'),
      unique: (digits) => (digits === 5 ? 'abcde' : randomBytes(digits).toString('hex').slice(0, digits)),
      sleep: () => Promise.resolve(),
      interrupted: new AbortController().signal,
      say: (event) => events.push(event),
    },
    {
      stateFolder,
      region: 'eu-west-1',
      maxParallel: 1,
      mounts: [],
      owner: { id: String(process.pid), isAlive: () => false },
      containers: () => Promise.resolve(plainContainers),
      ...(resume === undefined ? {} : { resume }),
    },
  );
  return { state, events };
}

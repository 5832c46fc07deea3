import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import type { JsonObject } from '../../../src/definition/document.ts';
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

/** Something of each kind that leaves traces: objects, a branch, a model and a version of a package. */
const SMALL = documentOf([
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

const DATA = get("Steps.Make.ProcessingOutputConfig.Outputs['o'].S3Output.S3Uri");

/** A training job that saves a checkpoint on its way, as its request is in a Training step and in a search. */
const trainingOf = (script: string, place: string): JsonObject => ({
  AlgorithmSpecification: {
    TrainingImage: 'i',
    TrainingInputMode: 'File',
    ContainerEntrypoint: ['/bin/sh', '-c', script],
    MetricDefinitions: [{ Name: 'score', Regex: 'score=([0-9.]+)' }],
  },
  InputDataConfig: [{ ChannelName: 'd', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: DATA } } }],
  OutputDataConfig: { S3OutputPath: inRun(place) },
  CheckpointConfig: { S3Uri: inRun(`${place}-saved`) },
  StoppingCondition: { MaxRuntimeInSeconds: 100 },
});
const FIT = 'cp /opt/ml/input/data/d/data.csv /opt/ml/model/m; cp /opt/ml/model/m /opt/ml/checkpoints/c; echo score=1';

/** The kinds that have more of their own to lose. */
const LONG = documentOf([
  shellStep('Make', { script: `printf 'a,b\\n1,x\\n2,y\\n' > ${OUT}/o/data.csv`, outputs: { o: inRun('made') } }),
  {
    Name: 'Check',
    Type: 'QualityCheck',
    Arguments: {
      AppSpecification: { ImageUri: 'i' },
      ProcessingInputs: [
        { InputName: 'd', S3Input: { S3Uri: DATA, LocalPath: `${IN}/d`, S3DataType: 'S3Prefix', S3InputMode: 'File' } },
      ],
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'quality_check_output',
            S3Output: { S3Uri: inRun('checked'), LocalPath: `${OUT}/o`, S3UploadMode: 'EndOfJob' },
          },
        ],
      },
      Environment: { dataset_format: '{"csv": {"header": true}}', dataset_source: `${IN}/d`, output_path: `${OUT}/o` },
    },
    CheckType: 'DATA_QUALITY',
    SkipCheck: true,
    RegisterNewBaseline: true,
  } as never,
  { Name: 'Fit', Type: 'Training', Arguments: trainingOf(FIT, 'fitted') },
  {
    Name: 'Tune',
    Type: 'Tuning',
    Arguments: {
      HyperParameterTuningJobConfig: {
        Strategy: 'Grid',
        ResourceLimits: { MaxParallelTrainingJobs: 1 },
        HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'score' },
        ParameterRanges: { CategoricalParameterRanges: [{ Name: 'x', Values: ['1', '2', '3'] }] },
      },
      TrainingJobDefinition: trainingOf(FIT, 'tuned'),
    },
    DependsOn: ['Fit'],
  },
]);

const DOCUMENTS = { small: SMALL, long: LONG };
export type WorkName = keyof typeof DOCUMENTS;

/** Runs one in a folder, from where the last run in there has come to; every run has the same name and the same time. */
export async function work(name: WorkName, folder: string): Promise<Worked> {
  const stateFolder = join(folder, '.sagemaker-pipelines');
  const events: RunEvent[] = [];
  const [resume] = listRuns(stateFolder);
  const { state } = await runLocally(
    {
      assembly: { name: 'tested', tags: {}, definition: DOCUMENTS[name], assets: [], origins: {}, diagnostics: [] },
      parameters: {},
    },
    {
      env: {},
      cwd: folder,
      now: () => new Date('2026-01-02T03:04:05.678Z'),
      unique: (digits) => (digits === 4 ? 'abcd' : randomBytes(digits).toString('hex').slice(0, digits)),
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

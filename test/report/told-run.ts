import type { Json, JsonObject, PipelineDocument, StepDocument } from '../../src/definition/document.ts';
import type { RunEvent, RunHappening } from '../../src/definition/events.ts';
import type { StepFiles } from '../../src/report/read-run-folder.ts';

const BEGIN = Date.parse('2026-03-04T05:06:07.000Z');

/** What a run says at a second after its start. */
export function said(second: number, happening: RunHappening): RunEvent {
  return { version: 1, time: new Date(BEGIN + second * 1000).toISOString(), ...happening };
}

export function stepOf(
  Name: string,
  Type: string,
  Arguments: StepDocument['Arguments'],
  more: Partial<StepDocument> = {},
): StepDocument & JsonObject {
  return { Name, Type, Arguments, ...more } as StepDocument & JsonObject;
}

export function started(parameters: Readonly<Record<string, string>> = {}): RunEvent {
  const happening = { type: 'run-started', run: '0abc', pipeline: 'lines', target: 'local', steps: [] } as const;
  return said(0, { ...happening, parameters, links: [] });
}

/** The two events of a step that ran. */
export function ran(
  step: string,
  [begin, end]: readonly [number, number],
  more: Partial<Extract<RunHappening, { type: 'step-ended' }>> = {},
): RunEvent[] {
  return [
    said(begin, { type: 'step-started', step, attempt: 1, job: `job-${step}`, links: [] }),
    said(end, {
      type: 'step-ended',
      step,
      state: 'succeeded',
      seconds: end - begin,
      outputs: [],
      facts: {},
      links: [],
      ...more,
    }),
  ];
}

export function ended(second: number, state: 'succeeded' | 'failed' = 'succeeded'): RunEvent {
  return said(second, { type: 'run-ended', state, seconds: second, outputs: [] });
}

/** What a step left, as a page takes it. */
export function left(more: Partial<StepFiles>): StepFiles {
  return { logs: [], outputs: [], series: [], evaluations: [], trials: [], ...more };
}

const prepared = 's3://bucket/lines/0abc/Prepare/train';
const fitted = 's3://bucket/lines/0abc/Fit/output/model.tar.gz';
const predicted = 's3://bucket/lines/0abc/Predict';

/** A pipeline that prepares, fits, decides, makes a model, predicts; and a second branch that is not taken. */
export const LINES: PipelineDocument = {
  Version: '2020-12-01',
  Parameters: [
    { Name: 'InputDataUrl', Type: 'String' },
    { Name: 'ApiKey', Type: 'String', DefaultValue: 'default-key-0815' },
  ],
  Steps: [
    stepOf('Prepare', 'Processing', {
      ProcessingInputs: [{ InputName: 'data', S3Input: { S3Uri: { Get: 'Parameters.InputDataUrl' } } }],
      Environment: { TOKEN: 'x', KEY: { Get: 'Parameters.ApiKey' } },
    }),
    stepOf('Fit', 'Training', {
      InputDataConfig: [
        {
          ChannelName: 'train',
          DataSource: {
            S3DataSource: { S3Uri: { Get: "Steps.Prepare.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri" } },
          },
        },
      ],
    }),
    stepOf('Decide', 'Condition', {
      Conditions: [{ Type: 'Equals', LeftValue: { Get: 'Steps.Fit.TrainingJobStatus' }, RightValue: 'Completed' }],
      IfSteps: [
        stepOf('Make', 'Model', {
          PrimaryContainer: { ModelDataUrl: { Get: 'Steps.Fit.ModelArtifacts.S3ModelArtifacts' } },
        }),
        stepOf('Predict', 'Transform', { ModelName: { Get: 'Steps.Make.ModelName' } }),
      ],
      ElseSteps: [stepOf('Stop', 'Fail', { ErrorMessage: 'too bad' })],
    }),
  ],
};

export const LINES_EVENTS: readonly RunEvent[] = [
  started({ InputDataUrl: 's3://local-files/rows.csv', ApiKey: '****' }),
  said(0, {
    type: 'diagnostic',
    diagnostic: { code: 'not-on-this-machine', severity: 'note', message: 'CacheConfig changes nothing here' },
  }),
  ...ran('Prepare', [1, 4], { outputs: [{ title: 'train', target: prepared }] }),
  ...ran('Fit', [4, 10], { outputs: [{ title: 'model', target: fitted }], facts: { loss: 0.125 } }),
  ...ran('Decide', [10, 10.01], { facts: { outcome: true } }),
  ...ran('Make', [10.1, 10.2], { facts: { model: 'lines-model' } }),
  ...ran('Predict', [10.2, 12], { outputs: [{ title: 'output', target: predicted }] }),
  said(12, {
    type: 'step-ended',
    step: 'Stop',
    state: 'skipped',
    seconds: 0,
    reason: 'Decide took the other branch',
    outputs: [],
    facts: {},
    links: [],
  }),
  ended(12),
];

export const LINES_FILES: ReadonlyMap<string, StepFiles> = new Map([
  [
    'Prepare',
    left({
      arguments: {
        ProcessingInputs: [{ InputName: 'data', S3Input: { S3Uri: 's3://local-files/rows.csv' } }],
        Environment: { TOKEN: 'x', KEY: 'given-key-4711' },
      },
      logs: [{ stream: 'stdout', lines: ['rows: 20', 'the key is given-key-4711'], isCut: true }],
      outputs: [
        {
          target: prepared,
          objects: 1,
          isMore: false,
          bytes: 1500,
          previews: [
            {
              name: 'rows.csv',
              size: 1500,
              isCut: true,
              rows: [
                ['1', 'a,b'],
                ['2', 'c'],
              ],
            },
          ],
        },
      ],
    }),
  ],
  [
    'Fit',
    left({
      arguments: {
        InputDataConfig: [{ DataSource: { S3DataSource: { S3Uri: prepared } } }],
        HyperParameters: { sagemaker_submit_directory: `"s3://bucket/assets/${'0'.repeat(64)}/sourcedir.tar.gz"` },
      },
      series: [{ name: 'loss', values: [4, 2, 1, 0.5, 0.25, 0.125] }],
    }),
  ],
  ['Make', left({ arguments: { PrimaryContainer: { ModelDataUrl: fitted } } })],
  [
    'Predict',
    left({
      arguments: {
        ModelName: 'lines-model',
        TransformInput: { DataSource: { S3DataSource: { S3Uri: `${prepared}/rows.csv` } } },
        TransformOutput: { S3OutputPath: predicted },
      },
      evaluations: [
        { file: 'evaluation.json', propertyFile: undefined, content: { metrics: { mse: { value: 4.5 } } } },
      ],
    }),
  ],
]);

/** So many steps between a first and a last one. */
export function manySteps(count: number): {
  readonly document: PipelineDocument;
  readonly events: readonly RunEvent[];
} {
  const names = Array.from({ length: count - 2 }, (_, index) => `Customer-${index + 1}`);
  const given: Readonly<Record<string, Json>> = { AppSpecification: { ImageUri: 'image' } };
  const steps = [
    stepOf('First', 'Processing', given),
    ...names.map((name) => stepOf(name, 'Processing', given, { DependsOn: ['First'] })),
    stepOf('Last', 'Processing', given, { DependsOn: names }),
  ];
  const all = steps.map(({ Name }, index) =>
    ran(Name, [index, index + 2], Name === 'Customer-77' ? { state: 'failed', reason: 'it broke' } : {}),
  );
  const events = [started(), ...all.flat(), ended(count + 2, 'failed')];
  return { document: { Version: '2020-12-01', Steps: steps }, events };
}

/** So many chains of so many steps each, all of which ran. */
export function chains(count: number, length: number): ReturnType<typeof manySteps> {
  const places = Array.from({ length: count * length }, (_, index) => [Math.floor(index / length), index % length]);
  const nameOf = (chain: number, place: number): string => `Chain-${chain}-${place}`;
  const steps = places.map(([chain = 0, place = 0]) =>
    stepOf(nameOf(chain, place), 'Processing', {}, place === 0 ? {} : { DependsOn: [nameOf(chain, place - 1)] }),
  );
  const all = places.map(([chain = 0, place = 0]) => ran(nameOf(chain, place), [place, place + 1]));
  return {
    document: { Version: '2020-12-01', Steps: steps },
    events: [started(), ...all.flat(), ended(length)],
  };
}

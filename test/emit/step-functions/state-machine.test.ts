import { describe, expect, test } from 'vitest';
import { definePipeline, emit, execution, join as joinText, parameter, step } from 'sagemaker-pipelines';
import type { JsonObject } from '../../../src/definition/document.ts';
import { toStateMachine } from '../../../src/emit/step-functions/state-machine.ts';
import { INSTANCE, accepted, evaluate, machineOf, train } from './machine-of.ts';

describe('the parameters of a machine', () => {
  test('are its input, over the defaults of the pipeline', () => {
    const Rows = parameter.integer({ default: 3 });
    const { start, states } = machineOf({ Rows, Name: parameter.string() }, train('Train'));

    expect(start).toBe('Defaults');
    expect(states['Defaults']).toMatchObject({ Type: 'Pass', Result: { Rows: 3 }, Next: 'Parameters' });
    expect(states['Parameters']).toMatchObject({
      Parameters: { 'Parameters.$': 'States.JsonMerge($, $$.Execution.Input, false)', Steps: {} },
      Next: 'Train',
    });
  });
});

describe('expressions', () => {
  test('become paths and intrinsic functions', () => {
    const Name = parameter.string();
    const first = train('First');
    const text = joinText`s3://b/${Name}/it's {here}/${execution.PipelineExecutionId}/${first.properties.TrainingJobName}`;
    const { states } = machineOf({ Name }, train('Second', {}, text));

    expect(states['Second']).toMatchObject({
      Parameters: {
        InputDataConfig: [
          {
            DataSource: {
              S3DataSource: {
                'S3Uri.$': String.raw`States.Format('s3://b/{}/it\'s \{here\}/{}/{}', $.Parameters.Name, $$.Execution.Name, $.Steps.First.TrainingJobName)`,
              },
            },
          },
        ],
      },
    });
  });

  test('put a text together at once, however deep joins stand in joins', () => {
    let value: JsonObject = { Get: 'Parameters.Name' };
    for (let depth = 0; depth < 12; depth++) value = { 'Std:Join': { On: '-', Values: [depth, value, '}'] } };
    const { states } = accepted({
      Version: '2020-12-01',
      Parameters: [{ Name: 'Name', Type: 'String' }],
      Steps: [{ Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage: value } }],
    });

    const ends = String.raw`-\}`.repeat(12);
    expect(states['Stop']).toMatchObject({
      CausePath: `States.Format('11-10-9-8-7-6-5-4-3-2-1-0-{}${ends}', $.Parameters.Name)`,
    });
  });

  test('read an output by its position, and a metric by a search', () => {
    const scored = evaluate('Score');
    const first = train('First', {}, scored.output('metrics'));
    const metric = first.properties.FinalMetricDataList.at('auc').MetricName;
    const { states } = machineOf({}, train('Second', {}, metric));

    const channel = (name: string) =>
      (states[name]!['Parameters'] as { InputDataConfig: { DataSource: { S3DataSource: JsonObject } }[] })
        .InputDataConfig[0]!.DataSource.S3DataSource['S3Uri.$'];
    expect(channel('First')).toBe('$.Steps.Score.ProcessingOutputConfig.Outputs[0].S3Output.S3Uri');
    expect(channel('Second')).toBe(
      "States.ArrayGetItem($.Steps.First.FinalMetricDataList[?(@.MetricName == 'auc')].MetricName, 0)",
    );
  });

  test('in a list are computed with the list', () => {
    const Name = parameter.string();
    const job = step.processing('Job', {
      AppSpecification: { ImageUri: 'img:1', ContainerArguments: ['--name', Name, "it's"] },
      ProcessingResources: { ClusterConfig: INSTANCE },
    });
    const { states } = machineOf({ Name }, job);

    expect(states['Job']).toMatchObject({
      Parameters: {
        AppSpecification: {
          'ContainerArguments.$': String.raw`States.Array('--name', $.Parameters.Name, 'it\'s')`,
        },
      },
    });
  });
});

describe('the order of steps', () => {
  test('is one after the other where each needs the one before', () => {
    const first = train('First');
    const { states, diagnostics } = machineOf({}, train('Second', { dependsOn: [first] }));

    expect(states['First']).toMatchObject({ Next: 'Second', Catch: [{ ErrorEquals: ['States.TaskFailed'] }] });
    expect(states['Second']).toMatchObject({ End: true });
    expect(states['Pipeline failed']).toMatchObject({ Type: 'Fail' });
    expect(diagnostics).toEqual([]);
  });

  test('is side by side where steps need nothing of each other, with a word where later ones wait for all', () => {
    const [a, b] = [train('A'), train('B')];
    const { states, diagnostics } = machineOf({}, train('After', { dependsOn: [a] }), b);

    expect(states['A, B']).toMatchObject({
      Type: 'Parallel',
      Branches: [{ StartAt: 'A' }, { StartAt: 'B' }],
      ResultSelector: { 'Branch1.$': '$[0]', 'Branch2.$': '$[1]' },
      Next: 'A, B: together',
    });
    expect(states['A, B: together']).toMatchObject({
      Parameters: { 'Steps.$': 'States.JsonMerge($.Branch1.Steps, $.Branch2.Steps, false)' },
      Next: 'After',
    });
    expect(diagnostics).toMatchObject([{ code: 'barrier', severity: 'warning' }]);
  });

  test('holds for more steps side by side than one state can put together again', () => {
    const many = Array.from({ length: 30 }, (_, index) => train(`T${index}`));
    const { states } = machineOf({}, ...many);

    const [level] = Object.values(states).filter(({ Type }) => Type === 'Parallel');
    expect((level!['Branches'] as unknown[]).length).toBeLessThanOrEqual(9);
    for (const { name } of many) expect(JSON.stringify(level)).toContain(`"$.Steps.${name}"`);
  });
});

describe('what a machine does otherwise', () => {
  test('a retry for jobs is one for any failure of theirs', () => {
    const { states, diagnostics } = machineOf(
      {},
      train('Train', {
        retry: [
          { exceptions: ['Step.THROTTLING'], maxAttempts: 5, interval: '10s' },
          { exceptions: ['SageMaker.CAPACITY_ERROR'], expireAfter: '10m', interval: '1m', backoffRate: 2 },
        ],
      }),
    );

    expect(states['Train']!['Retry']).toEqual([
      {
        ErrorEquals: ['SageMaker.ThrottlingException', 'SageMaker.AmazonSageMakerException'],
        IntervalSeconds: 10,
        BackoffRate: 2,
        MaxAttempts: 5,
      },
      // After pauses of 1, 2 and 4 minutes the ten are not over; another of 8 would be too long.
      { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 60, BackoffRate: 2, MaxAttempts: 3 },
    ]);
    expect(diagnostics).toMatchObject([{ code: 'retry-widened', path: 'Steps[0].RetryPolicies[1]' }]);
  });

  test('a retry has a pause, and as many attempts as the service makes where none are said', () => {
    const policy = { ExceptionType: 'Step.THROTTLING', IntervalSeconds: 0 };
    const { states } = accepted({
      Version: '2020-12-01',
      Steps: [{ Name: 'Job', Type: 'Processing', Arguments: {}, RetryPolicies: [policy] }],
    });

    expect(states['Job']!['Retry']).toMatchObject([
      {
        ErrorEquals: ['SageMaker.ThrottlingException', 'SageMaker.AmazonSageMakerException'],
        IntervalSeconds: 1,
        MaxAttempts: 5,
      },
    ]);
  });

  test('of a model it knows what the call answers, and says so where more is asked for', () => {
    const model = step.model('Create', { PrimaryContainer: { Image: 'img:1' } });
    expect(machineOf({}, train('First', {}, model.properties.ModelName)).diagnostics).toEqual([]);

    expect(machineOf({}, train('Second', {}, model.properties.PrimaryContainer.Image)).diagnostics).toMatchObject([
      {
        code: 'no-counterpart',
        severity: 'error',
        detail: 'Step Functions keeps what the call answers: ModelArn, ModelName',
      },
    ]);
  });

  test('nothing is kept for another time', () => {
    expect(machineOf({}, train('Train', { cache: '30d' })).diagnostics).toMatchObject([{ code: 'not-cached' }]);
  });

  test('every job has a name of its own, which AWS takes', () => {
    const { states } = machineOf({}, train('A_very_long_name_of_a_training_step_that_goes_on'));

    const [task] = Object.values(states).filter(({ Type }) => Type === 'Task');
    const format = (task!['Parameters'] as JsonObject)['TrainingJobName.$'] as string;
    expect(format).toBe("States.Format('A-very-long-name-of-a-trai-{}', States.UUID())");
    expect('A-very-long-name-of-a-trai-'.length + 36).toBeLessThanOrEqual(63);
  });

  test('a step that Step Functions has no task for is an error at its place', () => {
    const lineage = step.custom('Record', 'Lineage', { Artifacts: [] });
    const { definition } = emit(definePipeline({ name: 'p', steps: [lineage] }), { region: 'eu-west-1' });

    expect(toStateMachine(definition).diagnostics).toMatchObject([
      { code: 'no-counterpart', severity: 'error', path: 'Steps[0]' },
    ]);
  });
});

test('reads each file that a decision asks for, however long and alike their places are', () => {
  const output = { Get: "Steps.Evaluate.ProcessingOutputConfig.Outputs['report'].S3Output.S3Uri" };
  const read = (...places: (string | typeof output)[]) => ({
    'Std:JsonGet': { S3Uri: { 'Std:Join': { On: '/', Values: places } }, Path: 'value' },
  });
  const file = (name: string) => ({
    'Std:JsonGet': { PropertyFile: { Get: `Steps.${LONG}.PropertyFiles.${name}` }, Path: 'x' },
  });
  const LONG = 'E'.repeat(64);
  const processing = (Name: string) => ({
    Name,
    Type: 'Processing',
    Arguments: {
      ProcessingOutputConfig: { Outputs: [{ OutputName: 'report', S3Output: { S3Uri: 's3://b/out' } }] },
    },
    PropertyFiles: ['One', 'Two'].map((name) => {
      return { PropertyFileName: name, OutputName: 'report', FilePath: `${name}.json` };
    }),
  });
  const asked = [
    read(output, 'one.json'),
    read(output, 'two.json'),
    read(output, 'a-b'),
    read(output, 'a', 'b'),
    file('One'),
    file('Two'),
  ];
  const { states } = accepted({
    Version: '2020-12-01',
    Steps: [
      processing('Evaluate'),
      processing(LONG),
      {
        Name: 'Choose',
        Type: 'Condition',
        Arguments: {
          Conditions: asked.map((LeftValue) => ({ Type: 'LessThan', LeftValue, RightValue: 1 })),
          IfSteps: [],
          ElseSteps: [],
        },
      },
    ],
  });
  const places = Object.values(states).flatMap(({ Resource: resource, Parameters: parameters }) =>
    resource === 'arn:aws:states:::aws-sdk:s3:getObject' ? [(parameters as JsonObject)['Key']] : [],
  );
  expect(new Set(places)).toEqual(
    new Set(['out/One.json', 'out/Two.json', 'out/a-b', 'out/a/b', 'out/one.json', 'out/two.json']),
  );
  const { And: rules } = (states['Choose']!['Choices'] as readonly JsonObject[])[0]!;
  expect(new Set((rules as readonly JsonObject[]).map(({ Variable }) => Variable)).size).toBe(6);
});

import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type Condition,
  type Expr,
  type PipelineDocument,
  definePipeline,
  emit,
  jsonGet,
  parameter,
  step,
  when,
} from 'sagemaker-pipelines';
import type { JsonObject } from '../../../src/definition/document.ts';
import type { RunHappening } from '../../../src/definition/events.ts';
import { toStateMachine } from '../../../src/emit/step-functions/state-machine.ts';
import { readHistory } from '../../../src/run/step-functions/history.ts';
import { type MotoServer, startMoto } from '../../support/moto-server.ts';
import { describeWithPython } from '../../support/python-environment.ts';

const ROLE = 'arn:aws:iam::123456789012:role/pipeline';
const INSTANCE = { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 } as const;

/** What a history was understood to say, a short word each. */
function wordsOf(happening: RunHappening): string[] {
  if (happening.type === 'step-started') return [`${happening.step} started`];
  if (happening.type !== 'step-ended') return [];
  return [`${happening.step} ${happening.state}${happening.reason === undefined ? '' : `: ${happening.reason}`}`];
}

/** What the pipelines of these tests ask of finished jobs. */
const DESCRIBED: Readonly<Record<string, readonly string[]>> = {
  TrainingJob: ['TrainingJobName', 'ModelArtifacts'],
  ProcessingJob: ['ProcessingJobName', 'ProcessingInputs', 'ProcessingOutputConfig'],
};

/**
 * moto runs the States Language, but not the tasks that wait for a job (`.sync`). Its jobs are done at once, so that such
 * a task is here a call that creates the job and one that describes it: what the task gives back on AWS as well. Nor can
 * its `getObject` give a text; the file's content is put in its place.
 */
function withoutSync(machine: JsonObject, file: JsonObject): JsonObject {
  const states: Record<string, JsonObject> = {};
  for (const [name, state] of Object.entries(machine['States'] as Record<string, JsonObject>)) {
    if (state['Type'] === 'Parallel') {
      const branches = (state['Branches'] as readonly JsonObject[]).map((branch) => withoutSync(branch, file));
      states[name] = { ...state, Branches: branches };
      continue;
    }
    const resource = typeof state['Resource'] === 'string' ? state['Resource'] : '';
    if (resource.endsWith('s3:getObject')) {
      const { Resource: _resource, Parameters: _parameters, ResultSelector: _selector, Catch: _catch, ...rest } = state;
      states[name] = { ...rest, Type: 'Pass', Result: { value: file } };
      continue;
    }
    const kind = /sagemaker:create(\w+Job)\.sync$/.exec(resource)?.[1];
    if (kind === undefined) {
      states[name] = state;
      continue;
    }
    const { Next: next, End: end, ...task } = state;
    const describe = `${name}: describe`;
    const SDK = 'arn:aws:states:::aws-sdk:sagemaker';
    states[name] = { ...task, Resource: `${SDK}:create${kind}`, ResultPath: '$.Created', Next: describe };
    states[describe] = {
      Type: 'Task',
      Resource: `${SDK}:describe${kind}`,
      Parameters: { [`${kind}Name.$`]: `States.ArrayGetItem(States.StringSplit($.Created.${kind}Arn, '/'), 1)` },
      // Times are no JSON to it.
      ResultSelector: Object.fromEntries(DESCRIBED[kind]!.map((member) => [`${member}.$`, `$.${member}`])),
      ResultPath: state['ResultPath']!,
      ...(next === undefined ? { End: end! } : { Next: next }),
    };
  }
  return { ...machine, States: states };
}

describeWithPython('a state machine, run by an interpreter of the States Language', () => {
  let moto: MotoServer;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto?.stop());
  beforeEach(async () => {
    await fetch(`${moto.endpoint}/moto-api/reset`, { method: 'POST' });
    const body = JSON.stringify({ stepfunctions: { execute_state_machine: true } });
    await fetch(`${moto.endpoint}/moto-api/config`, { method: 'POST', body });
  });

  /** Runs a document to its end. */
  async function execute(document: PipelineDocument, input: JsonObject, file: JsonObject = {}) {
    const {
      SFNClient,
      CreateStateMachineCommand,
      DescribeExecutionCommand,
      GetExecutionHistoryCommand,
      StartExecutionCommand,
    } = await import('@aws-sdk/client-sfn');
    const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
    const client = new SFNClient({ endpoint: moto.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
    const { machine, diagnostics } = toStateMachine(document);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const definition = JSON.stringify(withoutSync(machine, file));
    const { stateMachineArn } = await client.send(
      new CreateStateMachineCommand({ name: 'machine', roleArn: ROLE, definition }),
    );
    const { executionArn } = await client.send(
      new StartExecutionCommand({ stateMachineArn, name: 'run-1', input: JSON.stringify(input) }),
    );
    for (let round = 0; round < 200; round++) {
      const { status, output, cause, error } = await client.send(new DescribeExecutionCommand({ executionArn }));
      if (status !== 'RUNNING') {
        const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
        const reader = readHistory(document);
        const ended = status === 'SUCCEEDED' ? 'succeeded' : 'failed';
        const told = [...events.flatMap((event) => reader.read(event)), ...reader.rest(ended, cause)];
        const data = JSON.parse(output ?? 'null') as Record<string, JsonObject> | null;
        return { status, cause, error, data, told: told.flatMap(({ happening }) => wordsOf(happening)) };
      }
      await pause(100);
    }
    throw new Error('the execution did not end');
  }

  const Threshold = parameter.float({ default: 0.8 });
  const Metrics = 's3://artefacts/metrics';
  const train = (name: string) =>
    step.training(name, {
      AlgorithmSpecification: { TrainingImage: 'img:1', TrainingInputMode: 'File' },
      OutputDataConfig: { S3OutputPath: 's3://artefacts/models' },
      ResourceConfig: INSTANCE,
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
      RoleArn: ROLE,
    });

  type Figure = (path: string) => Expr<number>;
  const isGood = (figure: Figure): Condition => when(figure('binary.auc'), '>=', Threshold);

  function gated(wanted = isGood): PipelineDocument {
    const trained = train('Train');
    const scored = step.processing(
      'Score',
      {
        AppSpecification: { ImageUri: 'img:1' },
        ProcessingResources: { ClusterConfig: INSTANCE },
        ProcessingInputs: [
          {
            InputName: 'model',
            S3Input: {
              S3Uri: trained.properties.ModelArtifacts.S3ModelArtifacts,
              LocalPath: '/opt/ml/processing/model',
              S3DataType: 'S3Prefix',
            },
          },
        ],
        ProcessingOutputConfig: {
          Outputs: [
            {
              OutputName: 'metrics',
              S3Output: { S3Uri: Metrics, LocalPath: '/opt/ml/processing/output', S3UploadMode: 'EndOfJob' },
            },
          ],
        },
        RoleArn: ROLE,
      },
      { propertyFiles: { Report: { output: 'metrics', path: 'report.json' } } },
    );
    const figure = (path: string) => jsonGet<number>(scored.propertyFile('Report'), path);
    const model = step.model('Create', {
      PrimaryContainer: { Image: 'img:1', ModelDataUrl: trained.properties.ModelArtifacts.S3ModelArtifacts },
      ExecutionRoleArn: ROLE,
    });
    const gate = step.condition('Good', {
      Conditions: [wanted(figure)],
      IfSteps: [model],
      ElseSteps: [step.fail('Bad', { ErrorMessage: 'the model is not good enough' })],
    });
    const pipeline = definePipeline({ name: 'gated', parameters: { Threshold }, steps: [gate] });
    return emit(pipeline, { region: 'us-east-1' }).definition;
  }

  test('trains, reads the figure, and makes the model where it is good enough', async () => {
    const { status, cause, data, told } = await execute(gated(), { Threshold: 0.9 }, { binary: { auc: 0.91 } });

    expect({ status, cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
    expect(told).toEqual([
      'Train started',
      'Train succeeded',
      'Score started',
      'Score succeeded',
      'Good started',
      'Good succeeded',
      'Create started',
      'Create succeeded',
      'Bad skipped: Good is True',
    ]);
    expect(data?.['Parameters']).toEqual({ Threshold: 0.9 });
    expect(data?.['Steps']?.['Create']).toMatchObject({ ModelName: expect.stringMatching(/^Create-[0-9a-f-]{36}$/) });
    expect(data?.['Steps']?.['Score']).toMatchObject({
      ProcessingInputs: [{ S3Input: { S3Uri: expect.stringMatching(/^s3:\/\/artefacts\/models\/Train-/) } }],
    });
  });

  test('ends as failed where the default threshold is not reached', async () => {
    expect(await execute(gated(), {}, { binary: { auc: 0.5 } })).toMatchObject({
      status: 'FAILED',
      error: 'Bad',
      cause: 'the model is not good enough',
      told: expect.arrayContaining(['Bad failed: the model is not good enough', 'Create skipped: Good is False']),
    });
  });

  test.each([
    ['>', 0.91, 0.9, 'SUCCEEDED'],
    ['>', 0.9, 0.91, 'FAILED'],
    ['<=', 'a', 'b', 'SUCCEEDED'],
    ['==', true, true, 'SUCCEEDED'],
    ['==', 1, '1', 'FAILED'],
  ] as const)(
    'compares two figures of a file by what they are: new %s old of %j and %j',
    async (how, ours, old, ends) => {
      const document = gated((figure) => when(figure('new'), how, figure('old')));
      expect(await execute(document, {}, { new: ours, old })).toMatchObject({ status: ends });
    },
  );

  test('keeps what steps side by side have made', async () => {
    const several = ['A', 'B', 'C'].map(train);
    const pipeline = definePipeline({ name: 'several', steps: several });

    const { status, cause, data, told } = await execute(emit(pipeline, { region: 'us-east-1' }).definition, {});

    expect({ status, cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
    expect(Object.keys(data?.['Steps'] ?? {}).toSorted()).toEqual(['A', 'B', 'C']);
    expect(told.toSorted()).toEqual(['A', 'B', 'C'].flatMap((name) => [`${name} started`, `${name} succeeded`]));
  });

  test('compares the numbers of two files, and tells a later step what came of it', async () => {
    const figure = (name: string) => jsonGet<number>({ s3Uri: `${Metrics}/report.json` }, name);
    const better = step.condition('Better', {
      Conditions: [when(figure('auc'), '>', figure('before'))],
      ElseSteps: [train('Again')],
    });
    const refused = step.condition('Refused', {
      Conditions: [when(better.properties.Outcome, '==', false)],
      IfSteps: [step.fail('Bad', { ErrorMessage: 'no better than before' })],
    });
    const document = emit(definePipeline({ name: 'compared', steps: [refused] }), { region: 'us-east-1' }).definition;

    // As texts they would be in the other order.
    const good = await execute(document, {}, { auc: 10, before: 9.5 });
    expect(good).toMatchObject({ status: 'SUCCEEDED', data: { Steps: { Better: { Outcome: true } } } });
    expect(good.told).toContain('Again skipped: Better is True');
  });

  test('fails in the words of a number that a file holds', async () => {
    const noted = jsonGet<number>({ s3Uri: `${Metrics}/report.json` }, 'auc') as unknown as string;
    const failing = step.fail('Bad', { ErrorMessage: noted });
    const document = emit(definePipeline({ name: 'failing', steps: [failing] }), { region: 'us-east-1' }).definition;

    expect(await execute(document, {}, { auc: 0.5 })).toMatchObject({ status: 'FAILED', error: 'Bad', cause: '0.5' });
  });
});

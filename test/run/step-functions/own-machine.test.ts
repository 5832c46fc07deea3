import { SFN } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import type { World } from '../../../src/run/runner.ts';
import { type StepFunctionsOptions, runOnStepFunctions } from '../../../src/run/step-functions/run.ts';
import { startStepFunctions } from '../../fakes/step-functions.ts';
import { type MotoServer, startMoto } from '../../support/moto-server.ts';
import { PYTHON_ENVIRONMENT_TIME_LIMIT, describeWithPython } from '../../support/python-environment.ts';
import { ROLE, assembly, step, stillWorld, talkTo } from '../sagemaker/still-world.ts';

const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:nightly';
const OPTIONS: StepFunctionsOptions = {
  region: 'us-east-1',
  machineName: 'nightly',
  roleArn: ROLE,
  wait: false,
  stopOnInterrupt: false,
  logs: false,
};

describeWithPython('an execution of a state machine', () => {
  let moto: MotoServer;
  beforeAll(async () => {
    moto = await startMoto();
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);
  afterAll(() => moto?.stop());

  test('that came to be of somebody else’s machine is stopped, and that is said; one of its own goes on', async () => {
    const fake = await startStepFunctions(moto.endpoint);
    onTestFinished(() => fake.stop());
    talkTo(moto.env, fake.endpoint);
    const run = (name: string, world: World = stillWorld(), options: Partial<StepFunctionsOptions> = {}) =>
      runOnStepFunctions(
        { assembly: assembly({ Steps: [step(name)] }), parameters: {} },
        { ...OPTIONS, ...options },
        world,
      );
    await run('Before');
    const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
    const client = new SFN({ endpoint: moto.endpoint, region: 'us-east-1', credentials });
    onTestFinished(() => client.destroy());
    const theirs = JSON.stringify({ StartAt: 'Theirs', States: { Theirs: { Type: 'Succeed' } } });
    // A run waits after an update until it holds: that is when somebody else has the time to make another.
    const sleep = async (): Promise<void> => {
      await client.updateStateMachine({ stateMachineArn: MACHINE, definition: theirs });
    };
    const failure = run('Ours', { ...stillWorld(), sleep });
    await expect(failure).rejects.toMatchObject({
      failure: 'failed',
      code: 'another-definition',
      message: 'Someone else deployed nightly meanwhile, and the execution is of theirs',
    });
    const stopped = [...fake.executions.values()].at(-1)!;
    expect([stopped.status, stopped.definition]).toEqual(['ABORTED', theirs]);
    await expect(failure).rejects.toMatchObject({ detail: `${stopped.arn} was stopped` });

    const requestToken = 'x'.repeat(40);
    const { run: own } = await run('Ours', stillWorld(), { requestToken });
    expect(fake.executions.get(own)?.status).toBe('RUNNING');
    await expect(run('Changed', stillWorld(), { requestToken })).rejects.toMatchObject({
      detail: `${own} was started before, with the definition that was deployed then`,
    });
    expect(fake.executions.get(own)?.status).toBe('RUNNING');
  });
});

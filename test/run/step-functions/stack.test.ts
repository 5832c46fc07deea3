import { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import type { RunEvent } from '../../../src/definition/events.ts';
import { runOnStepFunctions } from '../../../src/run/step-functions/run.ts';
import { type Handler, startJsonService } from '../../fakes/json-service.ts';
import { startStepFunctions } from '../../fakes/step-functions.ts';
import { type MotoServer, startMoto } from '../../support/moto-server.ts';
import { PYTHON_ENVIRONMENT_TIME_LIMIT, describeWithPython } from '../../support/python-environment.ts';
import { ROLE, type StillWorld, assembly, step, stillWorld, talkTo } from '../sagemaker/still-world.ts';

const STACK = 'arn:aws:cloudformation:us-east-1:123456789012:stack/nightly-dev/1';

/** What CloudFormation answers. */
const answer = (operation: string, members: string): { xml: string } => ({
  xml: `<${operation}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${operation}Result>${members}</${operation}Result></${operation}Response>`,
});
const stackIn = (status: string) =>
  answer(
    'DescribeStacks',
    `<Stacks><member><StackId>${STACK}</StackId><StackName>nightly-dev</StackName><StackStatus>${status}</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime></member></Stacks>`,
  );
const eventOf = (resource: string, status: string, reason: string): string =>
  `<member><StackId>${STACK}</StackId><EventId>${resource}${status}</EventId><StackName>nightly-dev</StackName><LogicalResourceId>${resource}</LogicalResourceId><PhysicalResourceId>${resource === 'nightly-dev' ? STACK : resource}</PhysicalResourceId><ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${reason}</ResourceStatusReason><Timestamp>2026-01-01T00:00:00Z</Timestamp></member>`;

describeWithPython('the stack of an environment', () => {
  let moto: MotoServer;
  beforeAll(async () => {
    moto = await startMoto();
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);
  afterAll(() => moto?.stop());

  /** A run whose looks at its stack find these states, the first of all what moto says: that there is none. */
  async function runWith(states: readonly (string | undefined)[], world: StillWorld = stillWorld()) {
    const looks = [...states];
    const operations: string[] = [];
    const named =
      (name: string, handle: Handler): Handler =>
      (input, request) => {
        operations.push(name);
        return handle(input, request);
      };
    const service = await startJsonService(
      {
        DescribeStacks: named('DescribeStacks', () => {
          const state = looks.length > 1 ? looks.shift() : looks[0];
          return state === undefined ? undefined : stackIn(state);
        }),
        CreateStack: named('CreateStack', () => answer('CreateStack', `<StackId>${STACK}</StackId>`)),
        DescribeStackEvents: named('DescribeStackEvents', () =>
          answer(
            'DescribeStackEvents',
            `<StackEvents>${[
              eventOf('nightly-dev', 'CREATE_FAILED', 'The following resource(s) failed to create: [StateMachine]. '),
              eventOf('ExecutionRole', 'CREATE_FAILED', 'Resource creation cancelled'),
              eventOf('StateMachine', 'CREATE_FAILED', 'Neither the global service principal is authorized'),
              eventOf('WorkflowRole', 'CREATE_COMPLETE', ''),
            ].join('')}</StackEvents>`,
          ),
        ),
      },
      moto.endpoint,
    );
    onTestFinished(() => service.stop());
    talkTo(moto.env, service.endpoint);
    const options = {
      region: 'us-east-1',
      machineName: 'nightly-dev',
      stackName: 'nightly-dev',
      wait: false,
      stopOnInterrupt: false,
      logs: false,
    };
    const request = { assembly: assembly({ Steps: [step('Prepare')] }), parameters: {} };
    const failure: unknown = await runOnStepFunctions(request, options, world).catch((error: unknown) => error);
    return { failure, operations };
  }

  test('that cannot be made says what failed of itself, in the words of AWS', async () => {
    const { failure, operations } = await runWith([undefined, 'CREATE_IN_PROGRESS', 'DELETE_COMPLETE']);
    expect(failure).toMatchObject({
      failure: 'aws',
      code: 'stack-failed',
      message: 'The stack nightly-dev could not be brought up: DELETE_COMPLETE',
      detail: 'StateMachine: Neither the global service principal is authorized',
    });
    expect(operations).toEqual([
      'DescribeStacks',
      'CreateStack',
      'DescribeStacks',
      'DescribeStacks',
      'DescribeStackEvents',
    ]);
  });

  test.each([
    ['UPDATE_IN_PROGRESS', 'stack-busy', 'describe-stacks'],
    ['ROLLBACK_COMPLETE', 'stack-unusable', 'delete-stack'],
    ['UPDATE_ROLLBACK_FAILED', 'stack-unusable', 'continue-update-rollback'],
  ])('that is %s is left alone', async (state, code, command) => {
    const { failure, operations } = await runWith([state]);
    expect(failure).toMatchObject({ failure: 'aws', code, fix: expect.stringContaining(`${command} --stack-name`) });
    expect(operations).toEqual(['DescribeStacks']);
  });

  test('goes on being made when nobody waits any longer, and no run is started', async () => {
    const world = stillWorld();
    world.whenSleeping = (times) => void (times === 2 && world.interrupt());
    const { failure } = await runWith([undefined, 'CREATE_IN_PROGRESS'], world);
    expect(failure).toMatchObject({
      failure: 'interrupted',
      message: 'The stack nightly-dev is still being changed',
      detail: 'no run was started',
    });
  });

  test('that is too long for a request goes through the bucket', async () => {
    const fake = await startStepFunctions(moto.endpoint);
    onTestFinished(() => fake.stop());
    talkTo(moto.env, fake.endpoint);
    const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
    const s3 = new S3({ endpoint: moto.endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
    await s3.createBucket({ Bucket: 'artefacts' });
    const steps = Array.from({ length: 30 }, (_, index) => ({
      ...step(`Step${index}`),
      Arguments: { RoleArn: ROLE, Environment: { TEXT: 'x'.repeat(2500) } },
    }));
    const world = stillWorld();
    const { run } = await runOnStepFunctions(
      { assembly: assembly({ Steps: steps }), parameters: {} },
      {
        region: 'us-east-1',
        bucket: 'artefacts',
        machineName: 'long-dev',
        stackName: 'long-dev',
        wait: false,
        stopOnInterrupt: false,
        logs: false,
      },
      world,
    );
    const { Contents: objects = [] } = await s3.listObjectsV2({ Bucket: 'artefacts' });
    s3.destroy();
    expect(objects.map(({ Key: key }) => key)).toEqual([
      expect.stringMatching(/^sagemaker-pipelines\/templates\/[0-9a-f]{64}\.json$/),
    ]);
    expect(fake.executions.get(run)?.definition).toContain('"Step29"');
    expect(world.events.map((event: RunEvent) => event.type)).not.toContain('run-ended');
  });
});

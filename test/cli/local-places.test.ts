import { expect, test } from 'vitest';
import { tellingPlaces } from '../../src/cli/local-places.ts';
import type { RunEvent, RunHappening } from '../../src/definition/events.ts';
import type { RunRequest, World } from '../../src/run/runner.ts';

const REQUEST = { assembly: {}, parameters: {} } as RunRequest;

/** The end that is told of a run in which these things happen. */
async function endOf(happenings: readonly RunHappening[]) {
  const told: RunEvent[] = [];
  const world = {
    cwd: '/project',
    unique: () => '0',
    say: (event: RunEvent) => void told.push(event),
  } as unknown as World;
  const run = tellingPlaces(
    (_, { say }) => {
      for (const happening of happenings) say({ version: 1, time: '2026-01-31T12:00:00Z', ...happening });
      return Promise.resolve({ run: 'r', state: 'succeeded' as const });
    },
    {
      stateFolder: '/project/.sagemaker-pipelines',
      mounts: [{ place: { bucket: 'mine', key: 'out' }, path: '/data/out', readOnly: false }],
    },
  );
  await run(REQUEST, world);
  return told.findLast((event) => event.type === 'run-ended');
}

const STARTED: RunHappening = {
  type: 'run-started',
  run: 'r',
  pipeline: 'p',
  target: 'local',
  steps: [
    { name: 'Prepare', type: 'Processing', waitsFor: [], decidedBy: null },
    { name: 'Predict', type: 'Transform', waitsFor: ['Prepare'], decidedBy: null },
  ],
  parameters: {},
  links: [],
};
const ENDED: RunHappening = { type: 'run-ended', state: 'succeeded', seconds: 1, outputs: [] };

function stepEnded(step: string, target: string): RunHappening {
  const outputs = [{ title: 'output', target }];
  return { type: 'step-ended', step, state: 'succeeded', seconds: 1, outputs, facts: {}, links: [] };
}

test('a run says at its end where the files lie that no other step has read', async () => {
  const end = await endOf([
    STARTED,
    stepEnded('Prepare', 's3://sagemaker-local/p/r/Prepare'),
    stepEnded('Predict', 's3://sagemaker-local/p/r/Predict'),
    ENDED,
  ]);

  expect(end?.outputs).toEqual([
    { title: 'Predict output, here', target: '.sagemaker-pipelines/store/sagemaker-local/p/r/Predict' },
  ]);
});

test('a folder that stands for a part of S3 is named itself', async () => {
  const end = await endOf([STARTED, stepEnded('Predict', 's3://mine/out/scores'), ENDED]);

  expect(end?.outputs).toEqual([{ title: 'Predict output, here', target: '../data/out/scores' }]);
});

test('what is no place of S3 is left as it is', async () => {
  expect((await endOf([STARTED, stepEnded('Predict', 'arn:aws:sagemaker:::model/m'), ENDED]))?.outputs).toEqual([]);
});

test('predictions are named although another step evaluates them, and results that a condition looks at', async () => {
  const steps = [
    { name: 'Predict', type: 'Transform', waitsFor: [], decidedBy: null },
    { name: 'Evaluate', type: 'Processing', waitsFor: ['Predict'], decidedBy: null },
    { name: 'Gate', type: 'Condition', waitsFor: ['Evaluate'], decidedBy: null },
    { name: 'Refused', type: 'Fail', waitsFor: ['Evaluate'], decidedBy: 'Gate' },
  ];
  const ended = ['Predict', 'Evaluate'].map((step) => stepEnded(step, `s3://b/${step}`));
  const end = await endOf([{ ...STARTED, steps }, ...ended, ENDED]);

  expect(end?.outputs.map(({ title }) => title)).toEqual(['Predict output, here', 'Evaluate output, here']);
});

import { expect, onTestFinished, test, vi } from 'vitest';

import { followLogs } from '../../src/run/log-follow.ts';
import { readArn } from '../../src/run/console-links.ts';
import { type Body, Refusal, startJsonService } from '../fakes/json-service.ts';
import { awsEnvironment } from '../support/aws-environment.ts';
import { retryAtOnce } from '../support/retry-at-once.ts';

retryAtOnce();

const resource = readArn('arn:aws:sagemaker:us-east-1:111122223333:processing-job/prepare-1')!;

/** A CloudWatch whose streams are pages of lines, and which lists two streams at a time. */
async function followed(streams: Readonly<Record<string, readonly (readonly string[])[]>>) {
  const names = Object.keys(streams);
  const refusals: Refusal[] = [];
  const asked = ({ nextToken }: Body): number => Number((nextToken as string | undefined)?.replace('f/', '') ?? 0);
  const service = await startJsonService(
    {
      'Logs_20140328.DescribeLogStreams': (input) => {
        const from = asked(input);
        const logStreams = names.slice(from, from + 2).map((logStreamName) => ({ logStreamName }));
        return { logStreams, ...(from + 2 < names.length ? { nextToken: String(from + 2) } : {}) };
      },
      'Logs_20140328.GetLogEvents': (input) => {
        const refusal = refusals.shift();
        if (refusal !== undefined) throw refusal;
        const pages = streams[input['logStreamName'] as string]!;
        const at = asked(input);
        const events = (pages[at] ?? []).map((message, timestamp) => ({ message, timestamp }));
        return { events, nextForwardToken: `f/${Math.min(at + 1, pages.length)}` };
      },
    },
    undefined,
  );
  onTestFinished(() => service.stop());
  for (const [name, value] of Object.entries(awsEnvironment(service.endpoint, 'us-east-1'))) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const lines: string[] = [];
  const follower = followLogs({ region: 'us-east-1' }, (step, line) => lines.push(`${step} ${line}`));
  onTestFinished(() => follower.close());
  const look = (state: 'running' | 'succeeded') => follower.follow({ name: 'Prepare', attempt: 1, state, resource });
  return { look, lines, refusals, calls: service.calls };
}

test('every stream of a job is told, also beyond the first page of them', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const { look, lines } = await followed(Object.fromEntries(names.map((name) => [`prepare-1/${name}`, [[name]]])));

  await look('running');
  expect(lines).toEqual(names.map((name) => `Prepare ${name}`));
});

test('an empty page is not the end of a stream', async () => {
  const { look, lines } = await followed({ 'prepare-1/algo-1': [['one'], [], ['two']] });

  await look('succeeded');
  expect(lines).toEqual(['Prepare one', 'Prepare two']);
});

test('what a job has written is told to its end, however much it is, and once', async () => {
  const pages = Array.from({ length: 35 }, (_, page) => [`line ${page}`]);
  const { look, lines, calls } = await followed({ 'prepare-1/algo-1': pages });

  await look('running');
  expect(lines).toHaveLength(10);
  await look('succeeded');
  expect(lines).toEqual(pages.map(([line]) => `Prepare ${line}`));
  const before = calls.length;
  await look('succeeded');
  expect(calls).toHaveLength(before);
});

test.each([
  ['throttled', () => new Refusal('ThrottlingException', 'Rate exceeded')],
  ['refused for expired credentials', () => new Refusal('ExpiredTokenException', 'The token is expired')],
])('the last look at a job is made again when it was %s', async (_, refusal) => {
  const { look, lines, refusals } = await followed({ 'prepare-1/algo-1': [['one']] });
  for (let count = 0; count < 3; count++) refusals.push(refusal());

  for (let count = 0; count < 5 && lines.length === 0; count++) await look('succeeded');
  expect(lines).toEqual(['Prepare one']);
});

test('a log that may not be read is asked for once', async () => {
  const { look, lines, refusals, calls } = await followed({ 'prepare-1/algo-1': [['one']] });
  refusals.push(new Refusal('AccessDeniedException', 'not authorized to perform logs:GetLogEvents'));

  await look('succeeded');
  const before = calls.length;
  await look('succeeded');
  expect(calls).toHaveLength(before);
  expect(lines).toEqual([]);
});

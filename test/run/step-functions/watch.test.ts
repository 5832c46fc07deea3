import { expect, onTestFinished, test, vi } from 'vitest';

import { connect } from '../../../src/run/step-functions/connect.ts';
import { readPages } from '../../../src/run/step-functions/watch.ts';
import { type Body, Refusal, startJsonService } from '../../fakes/json-service.ts';
import { awsEnvironment } from '../../support/aws-environment.ts';

const ARN = 'arn:aws:states:us-east-1:111122223333:execution:nightly:run';

/** A history that grows, in pages of two events, with tokens that are good until `day` is over. */
async function history() {
  const state = { events: 3, day: 1 };
  const service = await startJsonService(
    {
      'AWSStepFunctions.GetExecutionHistory': ({ nextToken }: Body) => {
        const [day, from = '0'] = typeof nextToken === 'string' ? nextToken.split('/') : [String(state.day)];
        if (day !== String(state.day)) throw new Refusal('InvalidToken', 'Invalid Token');
        const start = Number(from);
        const ids = Array.from({ length: state.events }, (_, index) => index + 1).slice(start, start + 2);
        const events = ids.map((id) => ({ id, type: 'PassStateEntered', timestamp: id }));
        return { events, ...(start + 2 < state.events ? { nextToken: `${state.day}/${start + 2}` } : {}) };
      },
    },
    undefined,
  );
  onTestFinished(() => service.stop());
  for (const [name, value] of Object.entries(awsEnvironment(service.endpoint, 'us-east-1'))) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const connection = connect({ region: 'us-east-1' });
  onTestFinished(() => connection.close());
  const pages = readPages(ARN);
  return { state, next: async () => (await pages.next(connection)).map(({ id }) => id) };
}

test('a history is read on where it ended, also when its token is older than a day', async () => {
  const { state, next } = await history();
  expect(await next()).toEqual([1, 2, 3]);
  state.events = 5;
  expect(await next()).toEqual([4, 5]);
  Object.assign(state, { day: 2, events: 7 });
  expect(await next()).toEqual([6, 7]);
  expect(await next()).toEqual([]);
});

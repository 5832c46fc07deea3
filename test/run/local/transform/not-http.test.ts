import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';

import { listenOnFreePort } from '../../../support/free-port.ts';
import { BY_LINE, runJob } from './run-job.ts';

/** A second of the job in milliseconds: delays and time-outs are waited for, but shorter. */
const second = 40;

/** Says the same to everybody, whatever they ask. */
async function serverThatSays(text: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(text));
  });
  const port = await listenOnFreePort(server);
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${port}`;
}

test('a container that speaks something else than HTTP is said to', async () => {
  const url = await serverThatSays('SSH-2.0-OpenSSH_9.6\r\n');
  const { failures } = await runJob({ objects: { 'in.csv': '1\n' }, containers: [{ url }], second });
  expect(failures[0]!.message).toContain('answered something that is not HTTP');
});

test('a container that would rather speak another protocol has not answered, whether it is asked how to be asked or asked', async () => {
  const url = await serverThatSays('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
  for (const MaxPayloadInMB of [6, 0]) {
    const { failures, files } = await runJob({
      request: { ...BY_LINE, MaxPayloadInMB },
      objects: { 'in.csv': '1\n' },
      containers: [{ url }],
      second,
    });
    expect(files).toEqual({});
    expect(failures).toMatchObject([{ code: 'bad-status', message: 'in.csv, line 1: the container answered 101' }]);
  }
});

import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';

import { listenOnFreePort } from './free-port.ts';

test('a server of this process gets its port without a gap, on loopback alone', async () => {
  const server = createServer((socket) => socket.end('hello'));
  onTestFinished(() => void server.close());
  const port = await listenOnFreePort(server);
  expect(server.address()).toMatchObject({ address: '127.0.0.1', port });
  const [chunk] = (await once(connect(port, '127.0.0.1'), 'data')) as [Buffer];
  expect(chunk.toString()).toBe('hello');
});

test('a server that cannot listen says why', async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  await listenOnFreePort(server);
  await expect(listenOnFreePort(server)).rejects.toThrow('Listen method has been called');
});

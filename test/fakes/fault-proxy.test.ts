import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { beforeEach, expect, onTestFinished, test } from 'vitest';

import { eventually } from '../support/eventually.ts';
import { listenOnFreePort } from '../support/free-port.ts';
import { type FaultProxy, SLOW_DOWN, startFaultProxy } from './fault-proxy.ts';

let proxy: FaultProxy;
/** What the peer was asked, and how much of each body it got. */
let heard: string[];

beforeEach(async () => {
  heard = [];
  const peer = createServer((request, response) => {
    void buffer(request)
      .then(({ length }) => String(length))
      .catch(() => 'cut')
      .then((body) => {
        heard.push(`${request.method} ${request.url} ${body}`);
        response.setHeader('x-count', String(heard.length));
        return response.end(Buffer.alloc(100_000, `answer ${heard.length} `));
      });
  });
  const port = await listenOnFreePort(peer);
  proxy = await startFaultProxy(`http://127.0.0.1:${port}`);
  onTestFinished(async () => {
    await proxy.stop();
    peer.closeAllConnections();
    peer.close();
  });
});

const put = (body: string, path = '/a?x=1') => fetch(proxy.endpoint + path, { method: 'PUT', body });

test('a request without a fault goes through as it is', async () => {
  const response = await put('hello');
  expect(response.headers.get('x-count')).toBe('1');
  expect((await response.text()).length).toBe(100_000);
  expect(heard).toEqual(['PUT /a?x=1 5']);
  expect(proxy.requests).toMatchObject([{ method: 'PUT', path: '/a', fault: undefined }]);
});

test('an answer of its own keeps the request from the peer, as often as was said', async () => {
  proxy.add({ when: ({ query }) => query.has('x'), fault: SLOW_DOWN, times: 2, skip: 1 });
  const statuses = [];
  for (let at = 0; at < 4; at++) statuses.push((await put('hello')).status);
  expect(statuses).toEqual([200, 503, 503, 200]);
  expect((await put('hello', '/b')).status).toBe(200);
  expect(heard.length).toBe(3);
  expect(proxy.requests.map(({ fault }) => fault)).toEqual([undefined, 'answer', 'answer', undefined, undefined]);
});

test('a cut body never reaches the peer as a whole', async () => {
  proxy.add({ when: () => true, fault: { kind: 'cut', afterBytes: 1000 } });
  await expect(put('x'.repeat(5_000_000))).rejects.toThrow('fetch failed');
  expect(heard.filter((said) => !said.endsWith('cut'))).toEqual([]);
  expect((await put('again')).status).toBe(200);
});

test('a lost answer leaves the work done', async () => {
  proxy.add({ when: () => true, fault: { kind: 'lose' } });
  await expect(put('hello')).rejects.toThrow('fetch failed');
  expect(heard).toEqual(['PUT /a?x=1 5']);
  proxy.add({ when: () => true, fault: { kind: 'lose', afterBytes: 10 } });
  const response = await put('hello');
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow('terminated');
});

test('a repeated request is done twice', async () => {
  proxy.add({ when: () => true, fault: { kind: 'repeat', give: 'first' } });
  expect((await put('hello')).headers.get('x-count')).toBe('1');
  proxy.add({ when: () => true, fault: { kind: 'repeat' } });
  expect((await put('hello')).headers.get('x-count')).toBe('4');
  expect(heard.length).toBe(4);
});

test('a delayed request comes all the same', async () => {
  const going = new EventEmitter();
  proxy.add({ when: () => true, fault: { kind: 'delay', until: () => once(going, 'go') } });
  const answer = put('hello');
  await eventually(() => expect(going.listenerCount('go')).toBe(1));
  expect(heard).toEqual([]);
  going.emit('go');
  expect((await answer).headers.get('x-count')).toBe('1');
});

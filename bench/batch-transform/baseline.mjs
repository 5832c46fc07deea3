// @ts-check
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { finished } from 'node:stream/promises';

/**
 * What nobody can do without: reads a file, sends it in the same payloads through one kept-alive connection, writes the answers.
 *
 * @param {string} url @param {string} input @param {string} output @param {number} bytesAtMost
 */
export async function baseline(url, input, output, bytesAtMost) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const file = await open(input);
  const sink = createWriteStream(output, { highWaterMark: 1 << 20 });
  const buffer = Buffer.allocUnsafe(bytesAtMost);
  for (let [position, length] = [0, 0]; ; position += length) {
    const { bytesRead } = await file.read(buffer, 0, bytesAtMost, position);
    if (bytesRead === 0) break;
    length = bytesRead < bytesAtMost ? bytesRead : buffer.lastIndexOf(10, bytesRead - 1) + 1;
    await post(url, agent, buffer.subarray(0, length), sink);
  }
  sink.end();
  await finished(sink);
  await file.close();
  agent.destroy();
}

/** @param {string} url @param {Agent} agent @param {Buffer} body @param {import('node:stream').Writable} sink @returns {Promise<void>} */
function post(url, agent, body, sink) {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'text/csv', Accept: 'text/csv', 'Content-Length': body.length };
    const posting = request(`${url}/invocations`, { method: 'POST', agent, headers });
    posting.on('error', reject);
    posting.on('response', (response) => {
      response.on('data', (/** @type {Buffer} */ piece) => {
        if (sink.write(piece)) return;
        response.pause();
        sink.once('drain', () => response.resume());
      });
      response.on('error', reject);
      response.on('end', resolve);
    });
    posting.end(body);
  });
}

import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A program that never ends its line must not fill our memory. */
const LONGEST = 65_536;

/** Hands on what a program says line by line, as it comes; the last one also when nothing ends it. */
export function readLines(stream: Readable, take: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const cut = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line.endsWith('\r') ? line.slice(0, -1) : line);
    for (; rest.length > LONGEST; rest = rest.slice(LONGEST)) take(rest.slice(0, LONGEST));
  };
  stream.on('data', (chunk: Buffer) => cut(decoder.write(chunk)));
  stream.once('close', () => {
    cut(decoder.end());
    if (rest !== '') take(rest);
    rest = '';
  });
  // A pipe that broke has said all it will say.
  stream.on('error', () => {});
}

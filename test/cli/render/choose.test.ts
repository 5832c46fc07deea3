import { expect, test } from 'vitest';

import { progressOf } from '../../../src/cli/render/choose.ts';
import { recordedOutput } from './recorded.ts';

const screen = recordedOutput();
const pipe = { ...recordedOutput(), isTTY: false };
const args = { progress: undefined, quiet: undefined, events: undefined };

test.each([
  ['a screen', {}, screen, screen, args, 'live'],
  ['a pipe', {}, pipe, pipe, args, 'plain'],
  ['a screen whose answer goes into a pipe', {}, pipe, screen, args, 'live'],
  ['a screen that can do nothing', { TERM: 'dumb' }, screen, screen, args, 'plain'],
  ['CI', { CI: 'true' }, screen, screen, args, 'plain'],
  ['an agent', { AI_AGENT: '1' }, screen, screen, args, 'errors'],
  ['an agent that says what it wants', { AI_AGENT: '1' }, screen, screen, { ...args, progress: 'plain' }, 'plain'],
  ['one who wants quiet', {}, screen, screen, { ...args, quiet: true }, 'errors'],
  ['one who wants it so', {}, pipe, pipe, { ...args, progress: 'live' }, 'live'],
  ['a screen full of events', {}, screen, screen, { ...args, events: true }, 'errors'],
  ['events in a pipe', {}, pipe, screen, { ...args, events: true }, 'live'],
])('%s', (_, env, stdout, stderr, flags, progress) => {
  expect(progressOf(flags, { stdout, stderr, env })).toBe(progress);
});

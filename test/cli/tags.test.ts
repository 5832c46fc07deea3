import { expect, test } from 'vitest';

import { readTags, refuseTags } from '../../src/cli/tags.ts';

test.each([
  `[{"Key": "team", "Value": "fraud"}, {"Key": "cost", "Value": "7"}]`,
  `[{'Key': 'team', 'Value': 'fraud'}, {'Key': 'cost', 'Value': '7'}]`,
  `{"team": "fraud", "cost": "7"}`,
])('%s names two tags', (text) => {
  expect(readTags(text)).toEqual({ team: 'fraud', cost: '7' });
});

test.each(['"team"', '[1]', '[{"Key": "team"}]', '{"cost": 7}', '{"": "x"}', '[[]]'])('%s does not', (text) => {
  expect(() => readTags(text)).toThrow(expect.objectContaining({ failure: 'usage', code: 'bad-value' }));
});

test.each([
  [{ 'aws:team': 'x' }, "aws:team: what begins with aws: is AWS's own"],
  [{ 'AWS:team': 'x' }, "AWS:team: what begins with aws: is AWS's own"],
  [{ ['k'.repeat(129)]: 'x' }, `${'k'.repeat(20)}…: a key has at most 128 characters`],
  [{ team: 'v'.repeat(257) }, 'team: a value has at most 256 characters'],
  [{ team: 'a,b', cost: '7€' }, 'team: letters, digits, spaces and _.:/=+-@ are allowed'],
  [Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key${index}`, ''])), 'there are 51, and AWS takes 50'],
])('%j would be refused by AWS, and is refused before', (tags: Record<string, string>, words) => {
  expect(() => refuseTags(tags)).toThrow(
    expect.objectContaining({ failure: 'usage', code: 'bad-tags', detail: expect.stringContaining(words) }),
  );
});

test('what AWS takes at most is taken', () => {
  const long = { ['k'.repeat(128)]: 'v'.repeat(256), 'Größe: a_b.c:d/e=f+g-h@i': '' };
  expect(readTags(JSON.stringify(long))).toEqual(long);
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key${index}`, '']));
  expect(readTags(JSON.stringify(many))).toEqual(many);
});

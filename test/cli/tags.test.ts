import { expect, test } from 'vitest';

import { readTags } from '../../src/cli/tags.ts';

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

import { expect, test } from 'vitest';

import { readEnvironment } from '../../src/cli/environment-file.ts';
import { writeProject } from '../support/project.ts';

const FILE = 'config/deploy-eu-west-1-dev.ini';
const read = (text: string, name = 'dev') => readEnvironment(name, 'eu-west-1', writeProject({ [FILE]: text }).folder);

test('a file has a key and a value a line, with or without a section, quotes and comments', () => {
  const text =
    '\uFEFF[default]\r\n# the pipelines\n; of rings\nPipelineName = Rings\nTargetEnv=dev\n\nexport Data="s3://a/b c"\n' +
    "Quoted='it''s'\nEquals=a=b\nEmpty=\n";
  expect(read(text)).toMatchObject({
    pipelineName: 'Rings',
    settings: { Data: 's3://a/b c', Quoted: "it''s", Equals: 'a=b', Empty: '' },
  });
});

test('what a shell would run is text', () => {
  expect(read('Data=$(touch hacked)`id`;rm -rf /\n').settings).toEqual({ Data: '$(touch hacked)`id`;rm -rf /' });
});

test('a project without such files has environments that are only names', () => {
  expect(readEnvironment('dev', 'eu-west-1', writeProject({}).folder)).toEqual({
    name: 'dev',
    file: undefined,
    pipelineName: undefined,
    settings: {},
  });
});

test.each<[string, () => unknown, object]>([
  [
    'a line that is none',
    () => read('PipelineName=Rings\nrm -rf /\n'),
    { code: 'bad-config', at: expect.stringMatching(/deploy-eu-west-1-dev\.ini:2$/), detail: 'rm -rf /' },
  ],
  [
    'a file for another environment than its name says',
    () => read('TargetEnv=prod\n'),
    { code: 'bad-config', message: 'The file for dev says TargetEnv=prod' },
  ],
  ['an environment without a file', () => read('', 'devv'), { code: 'missing-config', fix: 'did you mean "dev"?' }],
  ['a name that is no name', () => read('', '../dev'), { code: 'bad-value' }],
])('%s is refused', (_, attempt, expected) => {
  expect(attempt).toThrowError(expect.objectContaining({ failure: 'usage', ...expected }));
});

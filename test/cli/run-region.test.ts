import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { runRegion } from '../../src/cli/run-region.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PROFILES = `[default]
region = eu-west-1

[profile team]
output = json
region=ap-south-1
[profile empty]
; region = us-west-2
[sso-session team]
region = us-east-2
`;

function home(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.aws'));
  writeFileSync(join(folder, '.aws/config'), PROFILES);
  return folder;
}

test.each([
  [{}, {}, {}, 'eu-west-1', 'profile default'],
  [{}, { AWS_PROFILE: 'team' }, {}, 'ap-south-1', 'profile team'],
  [{ profile: 'team' }, {}, {}, 'ap-south-1', 'profile team'],
  [{ profile: 'empty' }, {}, {}, 'us-east-1', 'default'],
  [{}, { AWS_REGION: 'sa-east-1' }, {}, 'sa-east-1', 'AWS_REGION'],
  [{}, {}, { region: 'ca-central-1' }, 'ca-central-1', 'pipelines.config.json'],
  [{ region: 'us-west-1' }, { AWS_REGION: 'sa-east-1' }, {}, 'us-west-1', '--region'],
])('%j, %j and %j', (args, env, config, value, from) => {
  const found = runRegion({ region: undefined, ...args }, { HOME: home(), ...env }, config);
  expect(found).toEqual({ value, from });
});

test('a file that AWS_CONFIG_FILE names is read instead, and one that is not there says nothing', () => {
  const file = join(home(), '.aws/config');
  expect(runRegion({ region: undefined }, { AWS_CONFIG_FILE: file }, {}).value).toBe('eu-west-1');
  expect(runRegion({ region: undefined }, { AWS_CONFIG_FILE: `${file}.none`, HOME: home() }, {}).from).toBe('default');
});

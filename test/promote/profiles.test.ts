import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { describeWithPython } from '../support/python-environment.ts';
import {
  REGION,
  type Repository,
  SOURCE,
  TARGET,
  putSource,
  register,
  releaseFlags,
  roleIn,
  singleContainer,
  twoAccounts,
  versionsIn,
  writeRepository,
} from './two-accounts.ts';

const GROUP = 'rings';

describeWithPython('a release between two profiles', () => {
  const accounts = twoAccounts();
  let repository: Repository;
  beforeEach(async () => {
    await accounts.reset();
    repository = writeRepository(accounts.moto);
    const uri = await putSource(accounts.source, 'rings/model.tar.gz', 'weights');
    await register(accounts.source, GROUP, singleContainer(uri));
  });
  afterEach(() => repository.remove());

  const profiles = (changed: Readonly<Record<string, string | undefined>> = {}) =>
    releaseFlags(GROUP, {
      'source-role-arn': undefined,
      'target-role-arn': undefined,
      'source-profile': 'training',
      'target-profile': 'staging',
      ...changed,
    });

  /** Releases with nothing but a file of profiles: no key, no region and no role from elsewhere. */
  const release = async (file: string, args = profiles(), run: Repository['release'] = repository.releaseInHost) => {
    const config = join(repository.folder, 'aws-config');
    writeFileSync(config, file);
    const nothing = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '', AWS_REGION: '' };
    return await run(args, { ...nothing, AWS_CONFIG_FILE: config });
  };
  const KEYS = 'aws_access_key_id = testing\naws_secret_access_key = testing\n';
  const FILE = `[profile base]
${KEYS}
[profile training]
role_arn = ${roleIn(SOURCE)}
source_profile = base
region = ${REGION}

[profile staging]
role_arn = ${roleIn(TARGET)}
source_profile = base
region = ${REGION}
external_id = only-us
role_session_name = release
`;

  test('is made by the roles that they assume, in the regions that they name', async () => {
    const { exitCode, stdout, stderr } = await release(FILE, profiles(), repository.release);
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
    const [arn] = await versionsIn(accounts.target, GROUP);
    expect(stdout).toContain(`${arn}\n`);
    expect(arn).toContain(`:${REGION}:${TARGET}:`);
    expect((await release(FILE)).stderr).toContain('nothing was written to the target');
  });

  test('is refused when a profile is of another account than the one that is meant', async () => {
    const { exitCode, stderr } = await release(FILE, profiles({ 'target-profile': 'training' }));
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`error[wrong-account]  The target account is ${SOURCE}, not ${TARGET}`);
  });

  test('assumes a role on top of a profile, where both are given', async () => {
    const args = profiles({ 'target-profile': 'base', 'target-role-arn': roleIn(TARGET), 'target-region': REGION });
    expect((await release(FILE, args)).exitCode).toBe(0);
    expect(await versionsIn(accounts.target, GROUP)).toHaveLength(1);
  });

  test.each([
    ['is not there', FILE.replace('[profile staging]', '[profile stagin]')],
    ['has a source that is not there', FILE.replaceAll('source_profile = base', 'source_profile = bsae')],
    ['has no keys', FILE.replace(KEYS, '')],
  ])('says in one JSON object which account cannot be reached when a profile %s', async (_, file) => {
    const { exitCode, stdout, stderr } = await release(file, [...profiles(), '--json']);
    expect(exitCode).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'build-deployment',
      error: { code: 'aws-credentials-missing', message: expect.stringMatching(/^Cannot reach the (source|target)/) },
    });
    expect(stderr).toMatch(/profile/);
    expect(await versionsIn(accounts.target, GROUP)).toEqual([]);
  });
});

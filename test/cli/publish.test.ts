import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import { headObject } from '../../src/s3/head.ts';
import { type FaultProxy, HOLD, type Seen, errorAnswer, startFaultProxy } from '../fakes/fault-proxy.ts';
import { expectNoUploads, s3OnMoto } from '../s3/s3-on-moto.ts';
import { eventually } from '../support/eventually.ts';
import { programOf, writeProject } from '../support/project.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { killGroup } from '../support/run-command.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:keep';
const PIPELINE = `import { asset, definePipeline, step } from 'sagemaker-pipelines';
export default definePipeline({
  name: 'small',
  steps: [step.lambda('Keep', { code: asset(import.meta, 'train.bin') }, { functionArn: '${FUNCTION}' })],
});
`;
const FILES = { 'pipelines/small/pipeline.ts': PIPELINE, 'pipelines/small/train.bin': 'print(1)\n' };
const MIB = 2 ** 20;

describeWithPython('publish', () => {
  const there = s3OnMoto();
  let proxy: FaultProxy;
  beforeAll(async () => {
    proxy = await startFaultProxy(there.moto.endpoint);
  });
  afterAll(() => proxy?.stop());

  const published = (files: Readonly<Record<string, string>> = FILES) => {
    const { folder, run, runInHost } = writeProject(files);
    const env = { ...there.moto.env, AWS_ENDPOINT_URL: proxy.endpoint };
    return {
      folder,
      publish: (...args: string[]) => runInHost('sagemaker-pipelines', ['publish', ...args], env),
      publishByItself: (...args: string[]) => run('sagemaker-pipelines', ['publish', ...args], env),
    };
  };

  test('says what it uploaded, and the second time that it is there', async () => {
    const { publish, publishByItself } = published();
    const planned = await publish('--bucket', 'models', '--dry-run');
    expect(planned.stdout).toMatch(/^missing {3}s3:\/\/models\/assets\/[0-9a-f]{64}\/train\.bin\n$/);
    expect(planned.stderr).toBe('1 object would be uploaded (9 bytes)\n');
    const first = await publishByItself('small', '--bucket', 'models');
    expect(first).toMatchObject({ exitCode: 0, stderr: '1 object uploaded (9 bytes)\n' });
    expect(first.stdout).toBe(planned.stdout.replace('missing ', 'uploaded'));
    const second = await publish('--name', 'small', '--bucket', 'models');
    expect(second).toMatchObject({ exitCode: 0, stderr: '1 object there already\n' });
    expect(second.stdout).toBe(planned.stdout.replace('missing', 'there  '));
  });

  test('answers in JSON', async () => {
    const { folder, publish } = published({ ...FILES, 'pipelines/small/train.bin': 'print(2)\n' });
    const { stdout } = await publish('--bucket', 'models', '--json');
    const answer = JSON.parse(stdout) as { assets: { hash: string }[] };
    const hash = answer.assets[0]!.hash;
    expect(answer).toEqual({
      version: 1,
      command: 'sagemaker-pipelines publish',
      pipeline: 'small',
      region: 'us-east-1',
      bucket: 'models',
      dryRun: false,
      assets: [
        {
          path: join(folder, 'pipelines/small/train.bin'),
          packaging: 'file',
          hash,
          uri: `s3://models/assets/${hash}/train.bin`,
          state: 'uploaded',
          objects: [{ key: `assets/${hash}/train.bin`, size: 9, state: 'uploaded' }],
        },
      ],
      diagnostics: [],
    });
  });

  test('sends the owner and the key along', async () => {
    proxy.clear();
    const { publish } = published({ ...FILES, 'pipelines/small/train.bin': 'print(3)\n' });
    const key = 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    await publish('--bucket', 'models', '--kms-key', key, '--expected-owner', '123456789012');
    const owners = new Set(proxy.requests.map(({ headers }) => headers['x-amz-expected-bucket-owner']));
    expect(owners).toEqual(new Set(['123456789012']));
    const [put] = proxy.requests.filter(({ method }) => method === 'PUT');
    expect(put?.headers['x-amz-server-side-encryption-aws-kms-key-id']).toBe(key);
  });

  test.each<[string, string[], number, string]>([
    [
      'no bucket',
      [],
      2,
      `error[missing-bucket]  Nothing says which bucket to publish to
  fix: --bucket BUCKET, or "bucket" in pipelines.config.json
`,
    ],
    [
      'an owner that is no account',
      ['--bucket', 'models', '--expected-owner', 'me'],
      2,
      `error[bad-value]  "me" is no account
  it comes from --expected-owner
  fix: an account has twelve digits: 111122223333
`,
    ],
    [
      'a bucket that is not there',
      ['--bucket', 'nowhere-at-all'],
      4,
      `error[aws-bucket-absent]  Cannot use the bucket nowhere-at-all: there is no such bucket
  NoSuchBucket
  fix: create the bucket, or name another one
`,
    ],
  ])('%s', async (_, args, exitCode, stderr) => {
    expect(await published().publish(...args)).toMatchObject({ exitCode, stdout: '', stderr });
  });

  test('credentials that have expired end with what AWS says and what to do', async () => {
    proxy.clear();
    const expired = errorAnswer(400, 'ExpiredToken', 'The provided token has expired.');
    proxy.add({ when: () => true, fault: expired, times: 10 });
    expect(await published().publishByItself('--bucket', 'models')).toMatchObject({
      exitCode: 4,
      stderr: `error[aws-credentials-expired]  Cannot use the bucket models: the credentials have expired
  ExpiredToken: The provided token has expired. (request FAULT00000000001)
  fix: renew them (aws sso login, or assume the role again) and run this again
`,
    });
    proxy.clear();
  });

  test('no credentials at all end with where they come from', async () => {
    const { runInHost } = writeProject(FILES);
    const env = {
      AWS_ENDPOINT_URL: there.moto.endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
    };
    const none = { ...env, AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
    expect(await runInHost('sagemaker-pipelines', ['publish', '--bucket', 'models'], none)).toMatchObject({
      exitCode: 4,
      stderr: `error[aws-credentials-missing]  Cannot use the bucket models: there are no AWS credentials
  CredentialsProviderError: Could not load credentials from any providers
  fix: log in (aws sso login) or name a profile: AWS_PROFILE
`,
    });
  });

  /** A project whose asset has this size and costs no disk. */
  const large = (size: number) => {
    const project = published();
    truncateSync(join(project.folder, 'pipelines/small/train.bin'), size);
    return project;
  };
  const isPart = ({ query, method }: Seen): boolean => method === 'PUT' && query.has('partNumber');
  const sentParts = () => proxy.requests.filter(isPart).map(({ query }) => Number(query.get('partNumber')));
  const start = (folder: string) => {
    const args = ['publish', '--bucket', 'models'];
    const child = spawn(process.execPath, [programOf('sagemaker-pipelines'), ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...there.moto.env, AWS_ENDPOINT_URL: proxy.endpoint },
      stdio: 'ignore',
      detached: true,
    });
    onTestFinished(() => killGroup(child.pid));
    return { child, ended: once(child, 'exit') };
  };
  const until = (isSo: () => boolean | Promise<boolean>) => eventually(async () => expect(await isSo()).toBe(true));
  const partsOf = async (Key: string, UploadId: string): Promise<number> => {
    const { Parts = [] } = await there.s3.listParts({ Bucket: 'models', Key, UploadId });
    return Parts.length;
  };

  test('that was killed leaves nothing to be seen, and the next one sends what is missing', async () => {
    proxy.clear();
    const { folder, publish } = large(66 * MIB);
    const isFifth = (request: Seen): boolean => isPart(request) && request.query.get('partNumber') === '5';
    proxy.add({ when: isFifth, fault: HOLD });
    const { child, ended } = start(folder);
    await until(() => sentParts().includes(5));
    const { Uploads: [begun, ...others] = [] } = await there.s3.listMultipartUploads({ Bucket: 'models' });
    await until(async () => (await partsOf(begun!.Key!, begun!.UploadId!)) === 4);
    child.kill('SIGKILL');
    await ended;
    expect(others).toEqual([]);
    expect(await headObject(there.s3, { bucket: 'models', key: begun!.Key! })).toEqual({ state: 'absent' });

    proxy.clear();
    const { stdout, stderr, exitCode } = await publish('--bucket', 'models');
    const key = /assets\/.*/.exec(stdout)?.[0] ?? '';
    expect({ exitCode, size: await headObject(there.s3, { bucket: 'models', key }) }).toMatchObject({
      exitCode: 0,
      size: { state: 'there', size: 66 * MIB },
    });
    expect(stderr).toMatch(/train\.bin {2}100 % of 69\.2 MB\n1 object uploaded \(69\.2 MB\)\n$/);
    expect(sentParts()).toEqual([5]);
    await expectNoUploads(there.s3, 'models');
  });

  test('that is interrupted tidies up and says so', async () => {
    proxy.clear();
    const { folder } = large(33 * MIB);
    proxy.add({ when: isPart, fault: HOLD, skip: 2 });
    const { child, ended } = start(folder);
    await until(() => sentParts().length === 3);
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    await expectNoUploads(there.s3, 'models');
  });
});

import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';

import { type FaultProxy, type Rule, type Seen, HOLD, errorAnswer, startFaultProxy } from '../fakes/fault-proxy.ts';
import { type ModelRegistry, startModelRegistry } from '../fakes/model-registry.ts';
import { eventually } from '../support/eventually.ts';
import { programOf } from '../support/project.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { killGroup, tieToThisProcess } from '../support/run-command.ts';
import {
  BUCKETS,
  RELEASE_ENV,
  type Repository,
  SOURCE,
  hashOf,
  objectsIn,
  putSource,
  register,
  releaseFlags,
  singleContainer,
  twoAccounts,
  versionsIn,
  writeRepository,
} from './two-accounts.ts';

const GROUP = 'rings';
/** More than one part. */
const LARGE_MODEL = Buffer.alloc(9 * 2 ** 20, 'many weights');

const isPart =
  (number: number) =>
  ({ method, query, headers }: Seen): boolean =>
    method === 'PUT' && query.get('partNumber') === String(number) && headers['x-amz-copy-source'] === undefined;

describeWithPython('a release that is interrupted', () => {
  const accounts = twoAccounts();
  let proxy: FaultProxy;
  let repository: Repository;
  let uri = '';
  beforeAll(async () => {
    proxy = await startFaultProxy(accounts.moto.endpoint);
  });
  afterAll(() => proxy.stop());
  beforeEach(async () => {
    await accounts.reset();
    proxy.clear();
    repository = writeRepository(accounts.moto);
    uri = await put('weights');
    await register(accounts.source, GROUP, singleContainer(uri));
  });
  afterEach(() => repository.remove());

  const put = (model: string | Buffer) => putSource(accounts.source, 'rings/model.tar.gz', model);
  const throughHere = (): Rule => ({
    when: ({ headers }) => headers['x-amz-copy-source'] !== undefined,
    fault: errorAnswer(403, 'AccessDenied', 'Access Denied'),
    times: Number.POSITIVE_INFINITY,
  });

  /** Starts a release, waits until something is so, and presses Ctrl-C. */
  const interrupt = async (isTime: (stderr: string) => boolean, flags: readonly string[] = [], env = {}) => {
    const words = [programOf('build-deployment'), ...releaseFlags(GROUP), '--json', ...flags];
    const child = spawn(process.execPath, words, {
      cwd: repository.folder,
      env: {
        PATH: process.env['PATH'],
        ...accounts.moto.env,
        ...RELEASE_ENV,
        AWS_ENDPOINT_URL: proxy.endpoint,
        ...env,
      },
      detached: true,
    });
    onTestFinished(tieToThisProcess(child.pid));
    onTestFinished(() => killGroup(child.pid));
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    const ended = once(child, 'close') as Promise<[number | null]>;
    await eventually(() => expect(isTime(stderr)).toBe(true));
    child.kill('SIGINT');
    const [exitCode] = await ended;
    return { exitCode, stderr, answer: JSON.parse(stdout) as { command: string; error: { code: string } } };
  };
  const whole = async () => {
    proxy.clear();
    const { exitCode, stderr } = await repository.releaseInHost(releaseFlags(GROUP));
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
    const [arn, ...others] = await versionsIn(accounts.target, GROUP);
    expect(others).toEqual([]);
    const found = await accounts.target.sagemaker.describeModelPackage({ ModelPackageName: arn! });
    const copy = found.InferenceSpecification!.Containers![0]!.ModelDataUrl!;
    expect(await hashOf(accounts.target, copy)).toBe(await hashOf(accounts.source, uri));
    const { Uploads = [] } = await accounts.target.s3.listMultipartUploads({ Bucket: BUCKETS.target });
    expect(Uploads).toEqual([]);
    return stderr;
  };
  const met = (when: (seen: Seen) => boolean) => () => proxy.requests.some(when);
  const expected = (message: string) => ({
    exitCode: 130,
    answer: { version: 1, command: 'build-deployment', error: { code: 'interrupted', message } },
  });
  const DURING = 'The promotion was interrupted';

  test('while it looks has written nothing, and says so', async () => {
    const isListing = ({ headers }: Seen): boolean => headers['x-amz-target'] === 'SageMaker.ListModelPackages';
    proxy.add({ when: isListing, fault: HOLD });
    const ended = await interrupt(met(isListing));
    expect(ended).toMatchObject(expected('Interrupted before anything was written'));
    expect(await objectsIn(accounts.target, BUCKETS.target)).toEqual({});
    await whole();
  });

  test('in the middle of a copy leaves no part of it, and the next one makes the whole', async () => {
    await put(LARGE_MODEL);
    proxy.add(throughHere());
    proxy.add({ when: isPart(2), fault: HOLD });
    const ended = await interrupt(met(isPart(2)));
    expect(ended).toMatchObject(expected(DURING));
    expect(ended.stderr).toContain('fix: run it again: what was done already is not done twice');
    expect(await objectsIn(accounts.target, BUCKETS.target)).toEqual({});
    const { Uploads = [] } = await accounts.target.s3.listMultipartUploads({ Bucket: BUCKETS.target });
    expect(Uploads).toEqual([]);
    expect(existsSync(join(repository.folder, 'config-export.json'))).toBe(false);
    await whole();
  });

  test.each(['/assets/', '/pipeline/'])(
    'while something under %s is uploaded leaves what was copied, and the next one goes on',
    async (path) => {
      const isUpload = (seen: Seen): boolean => seen.method === 'PUT' && seen.path.includes(path);
      proxy.add({ when: isUpload, fault: HOLD });
      const ended = await interrupt(met(isUpload));
      expect(ended).toMatchObject(expected(DURING));
      expect(await versionsIn(accounts.target, GROUP)).toEqual([]);
      const copied = Object.keys(await objectsIn(accounts.target, BUCKETS.target));
      expect(copied.some((key) => key.endsWith('/model.tar.gz'))).toBe(true);
      expect(await whole()).not.toContain('copied ');
    },
  );

  test('while AWS makes the package leaves it to AWS, and the next one waits for the same', async () => {
    const registry: ModelRegistry = await startModelRegistry();
    onTestFinished(() => registry.stop());
    registry.call(SOURCE, 'CreateModelPackageGroup', { ModelPackageGroupName: GROUP });
    registry.call(SOURCE, 'CreateModelPackage', {
      ...singleContainer(uri),
      ModelPackageGroupName: GROUP,
      ModelApprovalStatus: 'Approved',
    });
    registry.life = ['Pending'];
    const env = { AWS_ENDPOINT_URL: registry.endpoint, AWS_ENDPOINT_URL_S3: accounts.moto.endpoint };
    const ended = await interrupt((stderr) => stderr.includes('registered arn:'), ['--no-definition'], env);
    expect(ended).toMatchObject(expected(DURING));
    const made = () => registry.packages.filter(({ ModelPackageArn: arn }) => !arn.includes(SOURCE));
    expect(made().map((one) => one.ModelPackageStatus)).toEqual(['Pending']);
    registry.live(made()[0]!.ModelPackageArn, ['Pending', 'Completed']);
    const { exitCode, stdout } = await repository.releaseInHost([...releaseFlags(GROUP), '--no-definition'], env);
    expect([exitCode, stdout]).toEqual([0, `${made()[0]!.ModelPackageArn}\n`]);
    expect(made()).toHaveLength(1);
  });

  test('by credentials that expire before a copy is whole says so, and the next one sends no part again', async () => {
    await put(LARGE_MODEL);
    proxy.add(throughHere());
    const message = 'The provided token has expired.';
    const fault = errorAnswer(400, 'ExpiredToken', message);
    const isEnd = ({ method, query }: Seen): boolean => method === 'POST' && query.has('uploadId');
    proxy.add({ when: isEnd, fault, times: Number.POSITIVE_INFINITY });
    const args = [...releaseFlags(GROUP), '--json'];
    const { exitCode, stdout, stderr } = await repository.releaseInHost(args, { AWS_ENDPOINT_URL: proxy.endpoint });
    expect(exitCode).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'aws-credentials-expired' } });
    expect(stderr).toContain(message);
    expect(await objectsIn(accounts.target, BUCKETS.target)).toEqual({});
    proxy.clear();
    proxy.add(throughHere());
    const again = await repository.releaseInHost(args, { AWS_ENDPOINT_URL: proxy.endpoint });
    expect(again.exitCode).toBe(0);
    expect([1, 2].map((number) => proxy.requests.filter(isPart(number)).length)).toEqual([0, 0]);
    await whole();
  });
});

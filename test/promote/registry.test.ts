import { S3 } from '@aws-sdk/client-s3';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';

import type { Account } from '../../src/promote/account.ts';
import { hasGroup } from '../../src/promote/registry.ts';
import { type Seen, startFaultProxy } from '../fakes/fault-proxy.ts';
import { type ModelRegistry, startModelRegistry } from '../fakes/model-registry.ts';
import { type MotoServer, startMoto } from '../support/moto-server.ts';
import { PYTHON_ENVIRONMENT_TIME_LIMIT, describeWithPython } from '../support/python-environment.ts';
import {
  BUCKETS,
  REGION,
  type Repository,
  SOURCE,
  TARGET,
  releaseFlags,
  singleContainer,
  writeRepository,
} from './two-accounts.ts';

const GROUP = 'rings';

describeWithPython('a promotion and the registry', () => {
  let moto: MotoServer;
  let s3: S3;
  let registry: ModelRegistry;
  let repository: Repository;

  beforeAll(async () => {
    moto = await startMoto();
    const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
    s3 = new S3({ endpoint: moto.endpoint, region: REGION, credentials, forcePathStyle: true });
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);
  afterAll(async () => {
    s3.destroy();
    await moto.stop();
  });
  beforeEach(async () => {
    await fetch(`${moto.endpoint}/moto-api/reset`, { method: 'POST' });
    for (const Bucket of Object.values(BUCKETS)) {
      await s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } });
    }
    registry = await startModelRegistry();
    repository = writeRepository(moto);
    registry.call(SOURCE, 'CreateModelPackageGroup', { ModelPackageGroupName: GROUP });
  });
  afterEach(async () => {
    repository.remove();
    await registry.stop();
  });

  type Changed = Readonly<Record<string, string | undefined>>;
  const flags = (args: readonly string[] = [], changed: Changed = {}) => [
    ...releaseFlags(GROUP, changed),
    '--no-definition',
    ...args,
  ];
  const env = () => ({ AWS_ENDPOINT_URL: registry.endpoint, AWS_ENDPOINT_URL_S3: moto.endpoint });
  const release = (args: readonly string[] = [], changed: Changed = {}) =>
    repository.releaseInHost(flags(args, changed), env());
  const register = async (approval = 'Approved'): Promise<string> => {
    const key = `rings/${registry.packages.length}/model.tar.gz`;
    await s3.putObject({ Bucket: BUCKETS.source, Key: key, Body: `weights ${key}` });
    const body = {
      ...singleContainer(`s3://${BUCKETS.source}/${key}`),
      ModelPackageGroupName: GROUP,
      ModelApprovalStatus: approval,
    };
    return registry.call(SOURCE, 'CreateModelPackage', body)['ModelPackageArn'] as string;
  };
  const approve = (account: string, arn: string, status: string) =>
    registry.call(account, 'UpdateModelPackage', { ModelPackageArn: arn, ModelApprovalStatus: status });
  const promoted = () => registry.packages.filter(({ ModelPackageArn: arn }) => arn.includes(`:${TARGET}:`));
  const origins = () =>
    promoted().map(
      (one) => (one['CustomerMetadataProperties'] as Record<string, string>)['sagemaker-pipelines:source'],
    );

  test('finds the newest approved version behind pages that the filter has emptied', async () => {
    registry.pageSize = 1;
    const arn = await register();
    await register('Rejected');
    await register('PendingManualApproval');
    expect((await release()).exitCode).toBe(0);
    expect(origins()).toEqual([arn]);
    const lists = registry.calls.filter(
      ({ operation, account }) => operation === 'ListModelPackages' && account === SOURCE,
    );
    expect(lists.map(({ body }) => body['NextToken'])).toEqual([undefined, '1', '2']);
    expect(
      lists.every(({ body }) => body['SortOrder'] === 'Descending' && body['ModelApprovalStatus'] === 'Approved'),
    ).toBe(true);
  });

  test('registers nothing when the version is rejected while its bytes are copied', async () => {
    const arn = await register();
    const proxy = await startFaultProxy(moto.endpoint);
    onTestFinished(() => proxy.stop());
    const isCopy = ({ method, path }: Seen): boolean => method === 'PUT' && path.includes(BUCKETS.target);
    const reject = (seen: Seen): boolean => {
      if (isCopy(seen)) approve(SOURCE, arn, 'Rejected');
      return false;
    };
    proxy.add({ when: reject, fault: { kind: 'lose' }, times: 1 });
    const { exitCode, stderr } = await repository.releaseInHost(flags(), {
      ...env(),
      AWS_ENDPOINT_URL_S3: proxy.endpoint,
    });

    expect(exitCode).toBe(1);
    expect(stderr).toContain(`error[not-approved]  ${arn} is not approved: it is Rejected`);
    expect(proxy.requests.some(isCopy)).toBe(true);
    expect(promoted()).toEqual([]);
  });

  test('waits for a package that AWS is still making', async () => {
    await register();
    registry.life = ['Pending', 'InProgress', 'Completed'];
    const { exitCode } = await release();
    expect(exitCode).toBe(0);
    expect(promoted().map(({ ModelPackageStatus: status }) => status)).toEqual(['Completed']);
  });

  test('gives up on a package that takes too long, and the next run goes on waiting for the same one', async () => {
    await register();
    registry.life = ['Pending'];
    const { exitCode, stderr } = await release(['--wait-seconds', '0']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error[package-takes-too-long]');
    const [made] = promoted();
    registry.live(made!.ModelPackageArn, ['InProgress', 'InProgress', 'Completed']);
    expect(await release()).toMatchObject({ exitCode: 0, stdout: `${made!.ModelPackageArn}\n` });
    expect(promoted()).toHaveLength(1);
  });

  test('registers a package again that AWS could not make', async () => {
    await register();
    registry.life = ['Failed'];
    const { exitCode, stderr } = await release();
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `error[package-failed]  AWS could not make ${promoted()[0]!.ModelPackageArn}: its status is Failed`,
    );
    expect(stderr).toContain('  No such image\n');
    registry.life = ['Completed'];
    expect(await release()).toMatchObject({ exitCode: 0, stdout: `${promoted()[1]!.ModelPackageArn}\n` });
    expect((await release()).stderr).toContain('nothing was written to the target');
    expect(promoted().map(({ ModelPackageStatus: status }) => status)).toEqual(['Failed', 'Completed']);
  });

  test.each([
    [
      'AccessDeniedException',
      'User: x is not authorized to perform: sagemaker:DescribeModelPackageGroup',
      'aws-access-denied',
    ],
    ['ThrottlingException', 'Rate exceeded', 'aws-throttled'],
    ['ValidationException', 'The name has a character that is not allowed', 'aws-refused'],
  ])('takes %s for what it is, never for absence', async (name, message, code) => {
    const credentials = { accessKeyId: `ASIAFAKE${TARGET}`, secretAccessKey: 'testing' };
    const sagemaker = new SageMaker({ endpoint: registry.endpoint, region: REGION, credentials, maxAttempts: 1 });
    const account = { side: 'target', id: TARGET, region: REGION, sagemaker } as Account;
    expect(await hasGroup(account, GROUP)).toBe(false);
    registry.refuse('DescribeModelPackageGroup', name, message);
    await expect(hasGroup(account, GROUP)).rejects.toMatchObject({ code, detail: `${name}: ${message}` });
    sagemaker.destroy();
  });

  test('two releases at once end with one package', async () => {
    await register();
    const results = await Promise.all([1, 2].map(() => repository.release(flags(), env())));
    expect(results.map(({ exitCode, stderr }) => (exitCode === 0 ? '' : stderr))).toEqual(['', '']);
    expect(promoted()).toHaveLength(1);
    expect(new Set(results.map(({ stdout }) => stdout))).toEqual(new Set([`${promoted()[0]!.ModelPackageArn}\n`]));
  });

  test('goes back only when told, rejects what it went back from, and approves it again with its source', async () => {
    const old = await register();
    expect((await release()).exitCode).toBe(0);
    const young = await register();
    expect((await release()).exitCode).toBe(0);
    expect(origins()).toEqual([old, young]);

    approve(SOURCE, young, 'Rejected');
    const refused = await release();
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('error[would-roll-back]  Version 1 is older than version 2, which is deployed');
    expect(refused.stderr).toContain('fix: --follow-approval goes back to version 1, --version 2 stays');

    const followed = await release(['--follow-approval']);
    expect(followed).toMatchObject({ exitCode: 0, stdout: `${promoted()[0]!.ModelPackageArn}\n` });
    expect(promoted().map((one) => one.ModelApprovalStatus)).toEqual(['Approved', 'Rejected']);
    expect((await release(['--follow-approval'])).stderr).toContain('nothing was written to the target');

    approve(SOURCE, young, 'Approved');
    expect((await release(['--follow-approval'])).stdout).toBe(`${promoted()[1]!.ModelPackageArn}\n`);
    expect(promoted().map((one) => one.ModelApprovalStatus)).toEqual(['Approved', 'Approved']);
    expect(promoted()).toHaveLength(2);
  });

  test('does not approve again what a person in the target rejected', async () => {
    await register();
    await release();
    approve(TARGET, promoted()[0]!.ModelPackageArn, 'Rejected');
    const { exitCode, stderr } = await release();
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error[rejected-there]');
  });

  test('promotes the version that is named, by its number and by its ARN', async () => {
    const first = await register();
    await register();
    expect((await release(['--version', '1'])).exitCode).toBe(0);
    expect((await release(['--model-package-arn', first])).stderr).toContain('nothing was written to the target');
    expect(origins()).toEqual([first]);
    const { exitCode, stderr } = await release(['--version', '7']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`error[no-such-version]  ${GROUP} has no version 7 in account ${SOURCE}`);
    expect(stderr).toContain('the newest are: 2, 1');
  });

  test('promotes from a group that a third account shares, by the ARN of the group', async () => {
    const HUB = '777788889999';
    registry.sharing.add(HUB);
    const group = registry.call(HUB, 'CreateModelPackageGroup', { ModelPackageGroupName: 'shared' })[
      'ModelPackageGroupArn'
    ];
    await s3.putObject({ Bucket: BUCKETS.source, Key: 'shared.tar.gz', Body: 'shared' });
    const body = { ...singleContainer(`s3://${BUCKETS.source}/shared.tar.gz`), ModelPackageGroupName: 'shared' };
    registry.call(HUB, 'CreateModelPackage', { ...body, ModelApprovalStatus: 'Approved' });
    const { exitCode } = await release([], { 'model-package-group-name': group as string });
    expect(exitCode).toBe(0);
    expect(promoted()[0]!.ModelPackageArn).toContain(`:${TARGET}:model-package/shared/1`);
    expect(origins()).toEqual([`arn:aws:sagemaker:${REGION}:${HUB}:model-package/shared/1`]);
  });

  test('tags the group that it creates, and never a version', async () => {
    await register();
    await release();
    const made = registry.calls.find(
      ({ operation, account }) => operation === 'CreateModelPackageGroup' && account === TARGET,
    );
    expect(made!.body['Tags']).toEqual([
      { Key: 'sagemaker:project-name', Value: 'rings' },
      { Key: 'sagemaker:project-id', Value: 'p-1' },
    ]);
    const version = registry.calls.find(
      ({ operation, account }) => operation === 'CreateModelPackage' && account === TARGET,
    );
    expect(version!.body).not.toHaveProperty('Tags');
  });
});

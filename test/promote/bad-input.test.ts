import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { type FaultProxy, errorAnswer, startFaultProxy } from '../fakes/fault-proxy.ts';
import { describeWithPython } from '../support/python-environment.ts';
import {
  BUCKETS,
  type Repository,
  SOURCE,
  TARGET,
  objectsIn,
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

describeWithPython('a release that cannot be made', () => {
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
    uri = await putSource(accounts.source, 'rings/model.tar.gz', 'weights');
  });
  afterEach(() => repository.remove());

  /** Releases, and says how that ended, which of these words were not said, and what was written anywhere. */
  const refusal = async (
    words: readonly string[],
    args = releaseFlags(GROUP),
    release: Repository['release'] = repository.releaseInHost,
  ) => {
    const { exitCode, stdout, stderr } = await release([...args, '--json'], { AWS_ENDPOINT_URL: proxy.endpoint });
    // Whatever goes wrong, a program reads one object.
    const { command, error } = JSON.parse(stdout) as { command: string; error: { code: string } };
    const files = ['config-export.json', 'staging-pipelinedefinition.json'];
    return {
      exitCode,
      answer: { command, isSaid: stderr.includes(`error[${error.code}]`) },
      unsaid: words.filter((word) => !stderr.includes(word)).map((word) => `${word} in ${stderr}`),
      written: [
        ...Object.keys(await objectsIn(accounts.target, BUCKETS.target)),
        ...(await versionsIn(accounts.target, GROUP)),
        ...files.filter((file) => existsSync(join(repository.folder, file))),
      ],
    };
  };
  const ended = (exitCode: number) => ({
    exitCode,
    answer: { command: 'build-deployment', isSaid: true },
    unsaid: [],
    written: [],
  });
  const approved = () => register(accounts.source, GROUP, singleContainer(uri));

  test('says that nothing is approved', async () => {
    await register(accounts.source, GROUP, { ...singleContainer(uri), ModelApprovalStatus: 'PendingManualApproval' });
    const words = [
      `error[nothing-approved]  No approved ModelPackage found for ModelPackageGroup: ${GROUP}`,
      'fix: approve a version',
    ];
    expect(await refusal(words, releaseFlags(GROUP), repository.release)).toEqual(ended(1));
  });

  test('says that there is no such group', async () => {
    expect(await refusal(['error[group-absent]', `account ${SOURCE} has no such group in eu-west-1`])).toEqual(
      ended(1),
    );
  });

  test('says that the bucket is missing', async () => {
    await approved();
    expect(
      await refusal(
        ['error[aws-bucket-absent]  Cannot use the bucket no-such-bucket'],
        releaseFlags(GROUP, { bucket: 'no-such-bucket' }),
        repository.release,
      ),
    ).toEqual(ended(4));
  });

  test('says that the credentials belong to another account', async () => {
    await approved();
    expect(
      await refusal(
        [
          `error[wrong-account]  The target account is ${SOURCE}, not ${TARGET}`,
          '--target-profile or --target-role-arn',
        ],
        releaseFlags(GROUP, { 'target-role-arn': roleIn(SOURCE) }),
        repository.release,
      ),
    ).toEqual(ended(2));
  });

  test('says that the credentials have expired', async () => {
    await approved();
    const error = errorAnswer(403, 'ExpiredToken', 'The security token included in the request is expired');
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>`;
    proxy.add({
      when: ({ path, headers }) => path === '/' && headers['x-amz-target'] === undefined,
      fault: { ...error, body } as typeof error,
    });
    expect(
      await refusal([
        'error[aws-credentials-expired]',
        'ExpiredToken: The security token included in the request is expired',
      ]),
    ).toEqual(ended(4));
  });

  test('says that a role may not be assumed, and what it asks for', async () => {
    await approved();
    const error = errorAnswer(403, 'AccessDenied', '');
    const body =
      '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>';
    proxy.add({
      when: ({ path, headers }) => path === '/' && headers['x-amz-target'] === undefined,
      fault: { ...error, body } as typeof error,
    });
    expect(
      await refusal([
        `error[aws-access-denied]  Cannot reach the source account as ${roleIn(SOURCE)}`,
        '--source-external-id',
      ]),
    ).toEqual(ended(4));
  });

  test('says which artefact is gone and what names it', async () => {
    await approved();
    await accounts.source.s3.deleteObject({ Bucket: BUCKETS.source, Key: 'rings/model.tar.gz' });
    expect(
      await refusal([
        `error[artefact-gone]  ${uri} is gone, and the package needs it`,
        'InferenceSpecification.Containers[0].ModelDataUrl names it',
      ]),
    ).toEqual(ended(1));
  });

  test('says that the KMS key may not be used', async () => {
    await approved();
    const message = 'User is not authorized to perform: kms:GenerateDataKey on this resource';
    proxy.add({
      when: ({ headers }) => headers['x-amz-server-side-encryption-aws-kms-key-id'] !== undefined,
      fault: errorAnswer(403, 'AccessDenied', message),
      times: 100,
    });
    const key = `arn:aws:kms:eu-west-1:${TARGET}:key/1`;
    expect(
      await refusal(
        ['error[aws-kms-denied]', message, 'fix: grant kms:GenerateDataKey'],
        releaseFlags(GROUP, { 'kms-key': key }),
      ),
    ).toEqual(ended(4));
  });

  test('says that the configuration is for no stage, or for another', async () => {
    await approved();
    const file = join(repository.folder, 'cloudformation/staging-config.json');
    writeFileSync(file, '{"Parameters": {}}');
    expect(
      await refusal(['error[stage-missing]  cloudformation/staging-config.json does not say which stage it is for']),
    ).toEqual(ended(2));
    const prod = releaseFlags(GROUP, { stage: 'prod', 'import-config': 'cloudformation/staging-config.json' });
    writeFileSync(file, '{"StageName": "staging", "Parameters": {}}');
    expect(await refusal(['error[wrong-stage]'], prod)).toEqual(ended(2));
  });

  test('says what the template would refuse', async () => {
    await approved();
    writeFileSync(
      join(repository.folder, 'cloudformation/batch-config-template.yml'),
      'Parameters:\n  Name:\n    Type: String\n',
    );
    expect(
      await refusal([
        'error[unknown-parameter]  The template has no parameter "ProcessingInstanceCount"',
        'error[missing-parameter]  The template needs the parameter "Name"',
      ]),
    ).toEqual(ended(2));
  });

  test('says that a name is longer than AWS takes', async () => {
    await approved();
    const name = 'n'.repeat(64);
    expect(
      await refusal(
        ['it has 64 characters, AWS takes 63'],
        releaseFlags(GROUP, { 'target-model-package-group-name': name }),
      ),
    ).toEqual(ended(2));
    expect(
      await refusal(['error[bad-value]'], releaseFlags(GROUP, { 'sagemaker-project-name': 'p'.repeat(33) })),
    ).toEqual(ended(2));
  });

  test('says what is wrong with the pipeline before anything is written', async () => {
    await approved();
    const pipeline = `import { definePipeline, step } from 'sagemaker-pipelines';
export default definePipeline({ name: 'wrong', parameters: {}, steps: [step.fail('Stop', { ErrorMessage: 'x' }, { dependsOn: ['Strat'] })] });
`;
    writeFileSync(join(repository.folder, 'pipelines/batch_inference/pipeline.ts'), pipeline);
    const words = ['error[unknown-step]', 'nothing was written'];
    expect(await refusal(words, releaseFlags(GROUP), repository.release)).toEqual(ended(3));
  });

  test('what the target may not decrypt within S3 comes through this machine, by the source’s own right', async () => {
    await approved();
    proxy.add({
      when: ({ headers }) => headers['x-amz-copy-source'] !== undefined,
      fault: errorAnswer(403, 'AccessDenied', 'User is not authorized to perform: kms:Decrypt on this resource'),
      times: 100,
    });
    const env = { AWS_ENDPOINT_URL: proxy.endpoint };
    const { exitCode, stderr } = await repository.releaseInHost(releaseFlags(GROUP), env);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('(7 bytes, streamed)');
  });

  test.each([
    ['a flag that there is not', ['--stge', 'prod'], 'unknown-flag'],
    ['a time that is no number', [...releaseFlags(GROUP), '--wait-seconds', 'soon'], 'bad-value'],
    ['no project', ['--stage', 'staging'], 'missing-flag'],
    ['a stage without configuration', releaseFlags(GROUP, { stage: 'prod' }), 'missing-config'],
    ['a region that there is not', releaseFlags(GROUP, { 'target-region': 'europe' }), 'bad-value'],
    ['a version that is no number', [...releaseFlags(GROUP), '--version', 'newest'], 'bad-value'],
  ])('says what is wrong with %s', async (_, args, code) => {
    await approved();
    expect(await refusal([`error[${code}]`], args)).toEqual(ended(2));
  });

  test('a group with a name of 63 characters is released', async () => {
    const group = 'g'.repeat(63);
    await register(accounts.source, group, singleContainer(uri));
    expect((await repository.releaseInHost(releaseFlags(group))).exitCode).toBe(0);
    expect(await versionsIn(accounts.target, group)).toHaveLength(1);
  });
});

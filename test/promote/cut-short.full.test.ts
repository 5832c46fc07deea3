import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';

import { type FaultProxy, type Seen, errorAnswer, startFaultProxy } from '../fakes/fault-proxy.ts';
import { programOf } from '../support/project.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { tieToThisProcess } from '../support/run-command.ts';
import {
  BUCKETS,
  RELEASE_ENV,
  type Repository,
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
const MODEL = Buffer.alloc(700_000, 'weights');
/** More than one part. */
const LARGE_MODEL = Buffer.alloc(9 * 2 ** 20, 'many weights');

/** Whether a request changes anything: of SageMaker's all are POST, and S3's are told by their method. */
function isWrite({ method, path, headers }: Seen): boolean {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return /\.(?:Create|Update|Delete|Put|Add)/.test(target);
  return path !== '/' && method !== 'GET' && method !== 'HEAD';
}

/** Kills a release before AWS hears of its nth write, or after AWS has done it and before the release hears of that. */
function killAt(proxy: FaultProxy, child: ChildProcess, nth: number, isDone: boolean): void {
  let seen = 0;
  if (isDone) proxy.add({ when: (request) => isWrite(request) && seen++ === nth, fault: { kind: 'lose' } });
  const isTime = (request: Seen): boolean => (isDone ? seen > nth : isWrite(request) && seen++ === nth);
  proxy.add({
    when: (request) => isTime(request) && child.kill('SIGKILL'),
    fault: errorAnswer(500, 'InternalError', 'The one who asked is gone'),
    times: Number.POSITIVE_INFINITY,
  });
}

describeWithPython('a release that is killed', () => {
  const accounts = twoAccounts();
  let proxy: FaultProxy;
  let repository: Repository;
  beforeAll(async () => {
    proxy = await startFaultProxy(accounts.moto.endpoint);
  });
  afterAll(() => proxy.stop());
  beforeEach(() => {
    repository = writeRepository(accounts.moto);
  });
  afterEach(() => repository.remove());

  const prepare = async (model: Buffer): Promise<void> => {
    await accounts.reset();
    proxy.clear();
    await register(accounts.source, GROUP, singleContainer(await putSource(accounts.source, 'model.tar.gz', model)));
  };
  const denyServerSide = (): void =>
    proxy.add({
      when: ({ headers }) => headers['x-amz-copy-source'] !== undefined,
      fault: errorAnswer(403, 'AccessDenied', 'Access Denied'),
      times: Number.POSITIVE_INFINITY,
    });
  const start = (): ChildProcess => {
    const child = spawn(process.execPath, [programOf('build-deployment'), ...releaseFlags(GROUP)], {
      cwd: repository.folder,
      env: { PATH: process.env['PATH'], ...accounts.moto.env, ...RELEASE_ENV, AWS_ENDPOINT_URL: proxy.endpoint },
      detached: true,
      stdio: 'ignore',
    });
    child.once('close', tieToThisProcess(child.pid));
    return child;
  };
  /** What is in the target, by what a whole release leaves there. */
  const state = async () => {
    const versions = await versionsIn(accounts.target, GROUP);
    return { versions, objects: await objectsIn(accounts.target, BUCKETS.target) };
  };
  const expectWhole = async (): Promise<void> => {
    for (const arn of await versionsIn(accounts.target, GROUP)) {
      const found = await accounts.target.sagemaker.describeModelPackage({ ModelPackageName: arn });
      const uri = found.InferenceSpecification!.Containers![0]!.ModelDataUrl!;
      expect(await hashOf(accounts.target, uri)).toBe(
        await hashOf(accounts.source, `s3://${BUCKETS.source}/model.tar.gz`),
      );
    }
  };

  test.each(['within S3', 'through this machine'])(
    'at any of its writes, copying %s, leaves nothing half done that is named, and the next one finishes it',
    async (how) => {
      const isStreamed = how !== 'within S3';
      const model = isStreamed ? LARGE_MODEL : MODEL;
      await prepare(model);
      if (isStreamed) denyServerSide();
      expect(await once(start(), 'close')).toEqual([0, null]);
      const whole = await state();
      expect(whole.versions).toHaveLength(1);
      const isDenied = ({ headers }: Seen): boolean => isStreamed && headers['x-amz-copy-source'] !== undefined;
      const writes = proxy.requests.filter((request) => isWrite(request) && !isDenied(request)).length;
      // Model, script and document, group and package; in parts there is the beginning, two parts and the end.
      expect(writes).toBe(isStreamed ? 8 : 5);

      for (let nth = 0; nth < writes; nth++) {
        for (const isDone of [false, true]) {
          await prepare(model);
          if (isStreamed) denyServerSide();
          const child = start();
          killAt(proxy, child, nth, isDone);
          expect(await once(child, 'close')).toEqual([null, 'SIGKILL']);
          await expectWhole();

          proxy.clear();
          if (isStreamed) denyServerSide();
          expect(await once(start(), 'close')).toEqual([0, null]);
          expect({ nth, isDone, ...(await state()) }).toEqual({ nth, isDone, ...whole });
          await expectWhole();
          const uploads = await accounts.target.s3.listMultipartUploads({ Bucket: BUCKETS.target });
          expect(uploads.Uploads ?? []).toEqual([]);
        }
      }
    },
    300_000,
  );
});

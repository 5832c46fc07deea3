// @ts-check
// Promotes a large artefact between two accounts of one peer, and copies it with the AWS CLI, in turn; prints JSON.
// node promotion-rounds.mjs MOTO_PYTHON AWS MEBIBYTES ROUNDS [sink]: with `sink` an S3 that keeps nothing stands in for moto's.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { S3 } from '@aws-sdk/client-s3';
import { STS } from '@aws-sdk/client-sts';

import { ROOT } from './measure.mjs';

const [motoPython = '', aws = '', mebibytes = '', rounds = '', peer = 'moto'] = process.argv.slice(2);
const MIB = 2 ** 20;
const REGION = 'us-east-1';
const role = (/** @type {string} */ account) => `arn:aws:iam::${account}:role/release`;
const [SOURCE, TARGET] = ['111122223333', '444455556666'];

const moto = spawn(motoPython, [join(ROOT, 'test/support/moto_server.py')], { stdio: ['pipe', 'pipe', 'ignore'] });
const port = Number(await new Promise((resolve) => moto.stdout.once('data', (data) => resolve(String(data).trim()))));
const others = peer === 'sink' ? await startSink() : await startDenying(port);
try {
  const within = peer === 'sink' ? undefined : await compare(port);
  process.stdout.write(JSON.stringify({ within, through: await compare(others.port) }));
} finally {
  others.close();
  moto.stdin.end();
  moto.kill();
}

/** @param {number} at Both sides talk to the S3 on this port. */
async function compare(at) {
  const env = environment(at);
  /** @type {{ ours: Figure[], theirs: Figure[] }} */
  const taken = { ours: [], theirs: [] };
  for (let round = 0; round < Number(rounds); round++) {
    await prepare();
    const ours = [join(ROOT, 'dist/bin/build-deployment.js'), '--sagemaker-project-name', 'rings', '--no-definition'];
    const accounts = ['--source-role-arn', role(SOURCE), '--target-role-arn', role(TARGET)];
    const config = [
      '--import-config',
      join(ROOT, 'cloudformation/pre-prod-config.json'),
      '--export-config',
      '/dev/null',
    ];
    taken.ours.push(
      await timed(process.execPath, [...ours, ...accounts, ...config, '--bucket', 'target', '--code', 'tf'], env),
    );
    const [from, to] = ['s3://source/model.tar.gz', 's3://target/theirs.tar.gz'];
    // Between two accounts that do not read each other's buckets, the CLI has to read and to write.
    const piped = `"${aws}" s3 cp ${from} - | "${aws}" s3 cp --expected-size ${Number(mebibytes) * MIB} - ${to}`;
    const command = at === port ? `"${aws}" s3 cp --quiet ${from} ${to}` : piped;
    taken.theirs.push(await timed('/bin/sh', ['-c', command], env));
  }
  return taken;
}

/** Empty accounts but for one approved model, so that every round copies. */
async function prepare() {
  await fetch(`http://127.0.0.1:${port}/moto-api/reset`, { method: 'POST' });
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
  if (peer === 'moto') await putModel(endpoint, credentials);
  else await fetch(`http://127.0.0.1:${others.port}/`, { method: 'DELETE' });
  const sts = new STS({ endpoint, region: REGION, credentials });
  const { Credentials: given } = await sts.assumeRole({ RoleArn: role(SOURCE), RoleSessionName: 'bench' });
  sts.destroy();
  if (given === undefined) throw new Error('the peer gave no credentials');
  const {
    AccessKeyId: accessKeyId = '',
    SecretAccessKey: secretAccessKey = '',
    SessionToken: sessionToken = '',
  } = given;
  const keys = { accessKeyId, secretAccessKey, sessionToken };
  const sagemaker = new SageMaker({ endpoint, region: REGION, credentials: keys });
  await sagemaker.createModelPackageGroup({ ModelPackageGroupName: 'rings' });
  await sagemaker.createModelPackage({
    ModelPackageGroupName: 'rings',
    ModelApprovalStatus: 'Approved',
    InferenceSpecification: { Containers: [{ Image: 'image', ModelDataUrl: 's3://source/model.tar.gz' }] },
  });
  sagemaker.destroy();
}

/** @param {string} endpoint @param {{ accessKeyId: string, secretAccessKey: string }} credentials */
async function putModel(endpoint, credentials) {
  const s3 = new S3({ endpoint, region: REGION, credentials, forcePathStyle: true });
  for (const Bucket of ['source', 'target']) await s3.createBucket({ Bucket });
  const made = { Bucket: 'source', Key: 'model.tar.gz' };
  const { UploadId } = await s3.createMultipartUpload(made);
  const Body = Buffer.alloc(64 * MIB, 'weights of a model ');
  const Parts = [];
  for (let PartNumber = 1; PartNumber <= Number(mebibytes) / 64; PartNumber++) {
    const { ETag } = await s3.uploadPart({ ...made, UploadId, PartNumber, Body });
    Parts.push({ PartNumber, ETag });
  }
  await s3.completeMultipartUpload({ ...made, UploadId, MultipartUpload: { Parts } });
  s3.destroy();
}

/** @typedef {{ seconds: number, megabytes: number }} Figure */

/** @param {string} program @param {readonly string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<Figure>} */
async function timed(program, args, env) {
  // The peer's proxy runs in this process, so that nothing here may block.
  const script = `import json,resource,subprocess,sys,time
start=time.monotonic()
code=subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,stderr=sys.stderr).returncode
print(json.dumps([code,time.monotonic()-start,resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss/1024]))`;
  const child = spawn('python3', ['-c', script, program, ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, said] = ['', ''];
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (said += data));
  await new Promise((resolve) => child.once('close', resolve));
  const [code, seconds, megabytes] = /** @type {[number, number, number]} */ (JSON.parse(out));
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${said}`);
  return { seconds, megabytes };
}

/** @param {number} at @returns {NodeJS.ProcessEnv} */
function environment(at) {
  return {
    PATH: process.env['PATH'],
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${at}`,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** Hands everything on but copies within S3, which it refuses as a bucket of a stranger does. @param {number} peer */
async function startDenying(peer) {
  const server = createServer((incoming, outgoing) => {
    if (incoming.headers['x-amz-copy-source'] !== undefined) {
      incoming.resume();
      outgoing.writeHead(403, { 'content-type': 'application/xml' });
      outgoing.end('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>');
      return;
    }
    const { expect: _, ...headers } = incoming.headers;
    if (_ !== undefined) outgoing.writeContinue();
    const forward = request(
      { port: peer, host: '127.0.0.1', method: incoming.method, path: incoming.url, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forward.on('error', () => outgoing.destroy());
    incoming.pipe(forward);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port: own } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: own, close };
}

/** An S3 on which nothing but the two programs takes time: its object is made as it is read, and what is put is not kept. */
async function startSink() {
  const folder = mkdtempSync(join(tmpdir(), 'sagemaker-pipelines-bench-'));
  const file = join(folder, 'port');
  const sink = spawn(process.execPath, [join(ROOT, 'bench/peers/s3-sink.mjs'), file, String(Number(mebibytes) * MIB)], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  for (let waited = 0; !existsSync(file); waited++) {
    if (waited > 500) throw new Error('the server did not start');
    await wait(20);
  }
  const own = Number(readFileSync(file, 'utf8'));
  const close = () => {
    sink.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { port: own, close };
}

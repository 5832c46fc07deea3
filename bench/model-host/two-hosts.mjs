// @ts-check
// Two model servers and a plain client with a connection to each: two-hosts.mjs PYTHON FOLDER prints the seconds from file to file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVE = fileURLToPath(new URL('../../src/run/local/containers/python/serve.py', import.meta.url));
// Batch Transform's default payload.
const PAYLOAD = 6 * 1024 * 1024;

const [python = '', folder = ''] = process.argv.slice(2);

const SCALER = `
import joblib

def model_fn(model_dir):
    return joblib.load(${JSON.stringify(join(folder, 'scaler.joblib'))})

def predict_fn(data, model):
    return model.transform(data)
`;
const REGRESSION = `
import joblib

def model_fn(model_dir):
    return joblib.load(${JSON.stringify(join(folder, 'regression.joblib'))})
`;

/** @param {string} name @param {string} script */
async function start(name, script) {
  const base = join(folder, name);
  const code = join(base, 'model/code');
  mkdirSync(code, { recursive: true });
  writeFileSync(join(code, 'serve_it.py'), script);
  const child = spawn(python, [SERVE], {
    env: {
      PATH: process.env['PATH'],
      SAGEMAKER_PIPELINES_MODEL_FAMILY: 'scikit-learn',
      SAGEMAKER_PIPELINES_READY_FD: '3',
      SAGEMAKER_BASE_DIR: base,
      SAGEMAKER_BATCH: 'true',
      SAGEMAKER_PROGRAM: 'serve_it.py',
      SAGEMAKER_SUBMIT_DIRECTORY: code,
    },
    stdio: ['pipe', 'ignore', 'inherit', 'pipe'],
  });
  const pipe = child.stdio[3];
  if (pipe === undefined || pipe === null) throw new Error('there is no pipe to hear from the host');
  const [line] = await once(pipe, 'data');
  const port = Number(String(line).split(':')[1]);
  return { child, port, agent: new Agent({ keepAlive: true, maxSockets: 1 }) };
}

/**
 * @param {Awaited<ReturnType<typeof start>>} host
 * @param {Buffer} body
 * @param {Record<string, string>} headers
 * @returns {Promise<Buffer>}
 */
function invoke({ port, agent }, body, headers) {
  return new Promise((resolve, reject) => {
    const sent = { 'Content-Length': body.length, ...headers };
    const asked = request(
      { host: '127.0.0.1', port, agent, path: '/invocations', method: 'POST', headers: sent },
      (answer) => {
        /** @type {Buffer[]} */
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => {
          const whole = Buffer.concat(chunks);
          if (answer.statusCode === 200) resolve(whole);
          else reject(new Error(`${answer.statusCode}: ${whole.toString()}`));
        });
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

const [scaler, regression] = await Promise.all([start('scaler', SCALER), start('regression', REGRESSION)]);
try {
  const began = performance.now();
  const rows = readFileSync(join(folder, 'rows.csv'));
  const out = createWriteStream(join(folder, 'hosts.csv'));
  for (let at = 0; at < rows.length;) {
    const end = at + PAYLOAD < rows.length ? rows.lastIndexOf(10, at + PAYLOAD - 1) + 1 : rows.length;
    const npy = { 'Content-Type': 'text/csv', Accept: 'application/x-npy' };
    const between = await invoke(scaler, rows.subarray(at, end), npy);
    out.write(await invoke(regression, between, { 'Content-Type': 'application/x-npy', Accept: 'text/csv' }));
    at = end;
  }
  out.end();
  await once(out, 'finish');
  process.stdout.write(`${(performance.now() - began) / 1000}\n`);
} finally {
  for (const { child, agent } of [scaler, regression]) {
    agent.destroy();
    child.stdin?.end();
  }
}

// @ts-check
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { ROOT, run } from './measure.mjs';

const SDK = 'sagemaker==2.257.6';
const MOTO = ['moto[server]==5.2.1', 'boto3==1.43.11', 'botocore==1.43.11'];
const AWS_CLI = 'awscli==1.46.3';

/** Where what the bench compares with is installed: the folder that the tests' Python environments are in. */
function cache() {
  const { SAGEMAKER_PIPELINES_TEST_CACHE: own, XDG_CACHE_HOME: users } = process.env;
  if (own !== undefined && own !== '') return own;
  // The XDG specification has relative paths ignored.
  return join(users?.startsWith('/') ? users : join(homedir(), '.cache'), 'sagemaker-pipelines', 'test-environments');
}

/** @param {string} name @param {string[]} requirements */
function environmentOf(name, ...requirements) {
  const script = join(ROOT, 'test/support/make_environment.py');
  return join(run('python3', [script, cache(), name, ...requirements]).trim(), 'bin');
}

/** A Python with the SageMaker Python SDK. */
export function sdkPython() {
  return join(environmentOf('sagemaker-sdk', SDK), 'python');
}

/** A Python with moto, as the tests have it. */
export function motoPython() {
  return join(environmentOf('moto', ...MOTO), 'python');
}

/** The AWS CLI. */
export function awsCli() {
  return join(environmentOf('awscli', AWS_CLI), 'aws');
}

/** A Python with scikit-learn: the environment of the tests. */
export function scikitLearnPython() {
  const script = join(ROOT, 'test/support/make_environment.py');
  const packages = ['numpy==1.24.4', 'pytest==8.4.2', 'scikit-learn==1.2.1', 'scipy==1.10.1'];
  return join(run('python3', [script, cache(), 'scikit-learn', ...packages]).trim(), 'bin/python');
}

/**
 * The Node that runs the bench, and the newest of each other line, where it can be had.
 *
 * @param {readonly number[]} lines
 */
export function nodes(lines) {
  const own = Number(process.versions.node.split('.')[0]);
  const others = lines.filter((line) => line !== own).flatMap((line) => nodeOf(line) ?? []);
  return [{ version: process.versions.node, node: process.execPath }, ...others].toSorted(
    (a, b) => Number.parseInt(a.version, 10) - Number.parseInt(b.version, 10),
  );
}

/** @param {number} line @returns {{ version: string, node: string } | undefined} */
function nodeOf(line) {
  const folder = join(cache(), `node-${line}`);
  const node = join(folder, 'node_modules/node/bin/node');
  try {
    if (!existsSync(node)) run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `node@${line}`]);
    return { version: run(node, ['--version']).trim().slice(1), node };
  } catch (error) {
    process.stderr.write(`Node ${line} is left out: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

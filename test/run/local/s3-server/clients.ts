import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll } from 'vitest';

import {
  PYTHON_ENVIRONMENT_TIME_LIMIT,
  type PythonEnvironment,
  pythonEnvironment,
} from '../../../support/python-environment.ts';
import { type CommandResult, runCommand, tieToThisProcess } from '../../../support/run-command.ts';
import type { Served } from './served.ts';

const REQUIREMENTS = ['boto3==1.43.11', 'botocore==1.43.11', 'awscli==1.46.3'];

/** Runs a script a line, each with an environment and a client of its own: to load boto3 takes longer than most of them. */
const SESSION = `
import boto3, hashlib, io, json, os, sys, traceback
from botocore.config import Config
from botocore.exceptions import ClientError

def code(call, **arguments):
    try:
        call(**arguments)
        return None
    except ClientError as error:
        status = error.response['ResponseMetadata']['HTTPStatusCode']
        return [status, error.response['Error']['Code']]

def say(value):
    print(json.dumps({'said': value}, default=str), flush=True)

for line in sys.stdin:
    given = json.loads(line)
    os.environ.clear()
    os.environ.update(given['env'])
    boto3.setup_default_session()
    known = dict(globals(), s3=boto3.client('s3'))
    try:
        exec(compile(given['script'], 'script', 'exec'), known)
    except BaseException:
        print(json.dumps({'failed': traceback.format_exc()}), flush=True)
`;

type Answer = { readonly said: unknown } | { readonly failed: string };

/** What a job of the one who serves would talk to S3 with. */
export interface Clients {
  /** Runs Python and gives the one thing that it says. */
  readonly python: (served: Served, script: string) => Promise<unknown>;
  readonly aws: (served: Served, ...args: string[]) => Promise<CommandResult>;
}

/** boto3 and the AWS CLI, installed before the tests of a `describe`. */
export function clients(): Clients {
  let environment: PythonEnvironment;
  let session: Session | undefined;
  beforeAll(async () => {
    environment = await pythonEnvironment({ name: 's3-clients', requirements: REQUIREMENTS });
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);
  afterAll(() => session?.end());
  const env = ({ server }: Served) => ({ PATH: process.env['PATH'], HOME: '/nonexistent', ...server.environment });
  return {
    python: async (served, script) => {
      session ??= openSession(environment.python);
      const answer = await session.ask({ script, env: env(served) });
      if ('failed' in answer) throw new Error(answer.failed);
      return answer.said;
    },
    aws: (served, ...args) => runCommand(environment.bin('aws'), args, { env: env(served), cwd: served.folder }),
  };
}

interface Session {
  readonly ask: (question: object) => Promise<Answer>;
  readonly end: () => void;
}

/** One Python for all scripts of a file. */
function openSession(python: string): Session {
  const child: ChildProcessWithoutNullStreams = spawn(python, ['-c', SESSION], { env: {}, detached: true });
  child.once('close', tieToThisProcess(child.pid));
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`Python has ended: ${errors}`);
      return JSON.parse(value) as Answer;
    },
    end: () => child.stdin.end(),
  };
}

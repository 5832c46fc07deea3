import { beforeAll } from 'vitest';

import {
  PYTHON_ENVIRONMENT_TIME_LIMIT,
  type PythonEnvironment,
  pythonEnvironment,
} from '../../../support/python-environment.ts';
import { type CommandResult, runCommand } from '../../../support/run-command.ts';
import type { Served } from './served.ts';

const REQUIREMENTS = ['boto3==1.43.11', 'botocore==1.43.11', 'awscli==1.46.3'];

const PREAMBLE = `
import boto3, hashlib, io, json, sys
from botocore.config import Config
from botocore.exceptions import ClientError
s3 = boto3.client('s3')

def code(call, **arguments):
    try:
        call(**arguments)
        return None
    except ClientError as error:
        status = error.response['ResponseMetadata']['HTTPStatusCode']
        return [status, error.response['Error']['Code']]

def say(value):
    print(json.dumps(value, default=str))
`;

/** What a job of the one who serves would talk to S3 with. */
export interface Clients {
  /** Runs Python and gives what it says. */
  readonly python: (served: Served, script: string) => Promise<unknown>;
  readonly aws: (served: Served, ...args: string[]) => Promise<CommandResult>;
}

/** boto3 and the AWS CLI, installed before the tests of a `describe`. */
export function clients(): Clients {
  let environment: PythonEnvironment;
  beforeAll(async () => {
    environment = await pythonEnvironment({ name: 's3-clients', requirements: REQUIREMENTS });
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);
  const env = ({ server }: Served) => ({ PATH: process.env['PATH'], HOME: '/nonexistent', ...server.environment });
  return {
    python: async (served, script) => {
      const args = ['-c', PREAMBLE + script];
      const { stdout, stderr, exitCode } = await runCommand(environment.python, args, { env: env(served) });
      if (exitCode !== 0) throw new Error(stderr);
      return JSON.parse(stdout);
    },
    aws: (served, ...args) => runCommand(environment.bin('aws'), args, { env: env(served), cwd: served.folder }),
  };
}

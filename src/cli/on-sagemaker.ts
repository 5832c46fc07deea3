import { PIPELINE_NAME_RULE, isPipelineName } from '../aws/pipeline-name.ts';
import { PipelineError } from '../definition/error.ts';
import type { SageMakerOptions } from '../run/sagemaker/run.ts';
import type { WatchOptions } from '../run/wait-for-end.ts';
import type { Arguments, Options } from './command.ts';
import { numberOf } from './number-flag.ts';
import type { Setting } from './settings.ts';

/** The flags of a run on SageMaker, beside those of every run. */
export const SAGEMAKER_FLAGS = {
  profile: { type: 'text', describe: 'The AWS profile [AWS_PROFILE]' },
  'pipeline-name': { type: 'text', describe: "The pipeline's name in the account [its own]" },
  'display-name': { type: 'text', describe: 'What the execution is called in the console' },
  'max-parallel': { type: 'text', describe: 'The most steps at a time' },
  only: { type: 'list', describe: 'Run only this step; may be given several times' },
  from: { type: 'text', describe: 'Run this step and all that come after it' },
  'source-execution': {
    type: 'text',
    describe: 'The execution (ARN), locally the run, whose results stand in for the other steps',
  },
  timeout: { type: 'text', describe: 'Seconds to wait for the end of the run [no limit]' },
  poll: { type: 'text', describe: 'Seconds between two looks at the run [1, up to 10 while nothing changes]' },
  'stop-on-interrupt': { type: 'flag', describe: 'Stop the execution at Ctrl-C and --timeout; else it goes on' },
  'request-token': { type: 'text', describe: 'Starts with the same token (32 to 128 letters) start only once' },
  'kms-key': { type: 'text', describe: 'Encrypt what is uploaded with this KMS key' },
  'expected-owner': { type: 'text', describe: 'The account that must own the bucket' },
} as const satisfies Options;

/** The account's side of a run, as flags, environment and configuration give it. */
export interface AccountSettings {
  readonly region: Setting;
  readonly role: Setting | undefined;
  readonly bucket: Setting | undefined;
  readonly wait: boolean;
}

/** What the flags say, as the runner takes it. */
export function sageMakerOptions(
  args: Arguments<typeof SAGEMAKER_FLAGS> & { readonly logs?: boolean | undefined },
  account: AccountSettings,
): SageMakerOptions {
  const token = args['request-token'];
  if (token !== undefined && !/^[A-Za-z0-9-]{32,128}$/.test(token)) {
    throw new PipelineError('usage', 'bad-value', '--request-token must have 32 to 128 letters, digits and dashes', {
      fix: 'for example the id of the build, hashed: $(echo -n "$CODEBUILD_BUILD_ID" | sha256sum | cut -c1-64)',
    });
  }
  const name = args['pipeline-name'];
  if (name !== undefined && !isPipelineName(name)) {
    throw new PipelineError('usage', 'bad-value', `"${name}" is no name for a pipeline in AWS`, {
      fix: PIPELINE_NAME_RULE,
    });
  }
  return {
    region: account.region.value,
    profile: args.profile,
    roleArn: account.role?.value,
    bucket: account.bucket?.value,
    wait: account.wait,
    pipelineName: name,
    displayName: args['display-name'],
    maxParallel: numberOf(args['max-parallel'], '--max-parallel', /^[1-9]\d*$/, 'a whole number from 1'),
    only: args.only,
    from: args.from,
    sourceExecution: args['source-execution'],
    ...watchOptions(args),
    requestToken: token,
    kmsKey: args['kms-key'],
    expectedOwner: args['expected-owner'],
  };
}

/** How the flags have an execution waited for. */
export function watchOptions(
  args: Pick<Arguments<typeof SAGEMAKER_FLAGS>, 'timeout' | 'poll' | 'stop-on-interrupt'> & {
    readonly logs?: boolean | undefined;
  },
): WatchOptions {
  return {
    timeout: numberOf(args.timeout, '--timeout', SECONDS, 'a number of seconds'),
    poll: numberOf(args.poll, '--poll', SECONDS, 'a number of seconds'),
    stopOnInterrupt: args['stop-on-interrupt'] ?? false,
    logs: args.logs ?? false,
  };
}

const SECONDS = /^\d+(\.\d+)?$/;

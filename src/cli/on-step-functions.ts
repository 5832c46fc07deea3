import { PipelineError } from '../definition/error.ts';
import type { StepFunctionsOptions } from '../run/step-functions/run.ts';
import type { Arguments, Options } from './command.ts';
import type { Environment } from './environment-file.ts';
import { type AccountSettings, type SAGEMAKER_FLAGS, sageMakerOptions, watchOptions } from './on-sagemaker.ts';
import { ROLE_ARN } from './settings.ts';

/** The flags of a run on Step Functions, beside those of every run. */
export const STEP_FUNCTIONS_FLAGS = {
  environment: {
    type: 'text',
    alias: ['e', 'target_env', 'target-env'],
    describe: 'Step Functions: the environment: a stack of its own, with its roles; config/deploy-<region>-<name>.ini',
  },
  'workflow-role-arn': {
    type: 'text',
    describe: "Step Functions: the machine's role [what the deployed machine has, else the jobs' role]",
  },
} as const satisfies Options;

type Flags = Arguments<typeof SAGEMAKER_FLAGS> &
  Arguments<typeof STEP_FUNCTIONS_FLAGS> & {
    readonly logs?: boolean | undefined;
  };

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
const LONGEST_NAME = 80;

/** What the flags and the environment say, as the runner takes it. */
export function stepFunctionsOptions(
  args: Flags,
  account: AccountSettings,
  pipeline: string,
  environment: Environment | undefined,
): StepFunctionsOptions {
  const workflowRoleArn = args['workflow-role-arn'];
  if (workflowRoleArn !== undefined && environment !== undefined) {
    throw new PipelineError('usage', 'bad-value', '--workflow-role-arn and --environment contradict each other', {
      detail: "the stack of an environment makes its machine's role",
      fix: 'give one of them',
    });
  }
  if (workflowRoleArn !== undefined && !ROLE_ARN.test(workflowRoleArn)) {
    throw new PipelineError('usage', 'bad-value', `"${workflowRoleArn}" is no role ARN`, {
      fix: 'for example: arn:aws:iam::111122223333:role/StateMachine',
    });
  }
  const { region, profile, roleArn, bucket, wait, requestToken, kmsKey, expectedOwner } = sageMakerOptions(
    args,
    account,
  );
  const machineName = machineNameOf(args['pipeline-name'], pipeline, environment);
  return {
    region,
    profile,
    roleArn,
    bucket,
    wait,
    requestToken,
    kmsKey,
    expectedOwner,
    ...watchOptions(args),
    machineName,
    workflowRoleArn,
    ...(environment === undefined ? {} : { stackName: machineName, overrides: environment.settings }),
  };
}

/** The environment stands at the end of the name, and before the pipeline's what all machines of the file share. */
function machineNameOf(given: string | undefined, pipeline: string, environment: Environment | undefined): string {
  const own = given ?? [environment?.pipelineName, pipeline].filter((part) => part !== undefined).join('-');
  const name = environment === undefined ? own : `${own}-${environment.name}`;
  if (name.length <= LONGEST_NAME && /^[a-zA-Z](-*[a-zA-Z0-9])*$/.test(name)) return name;
  throw new PipelineError('usage', 'bad-value', `"${name}" is no name for a state machine and its stack`, {
    fix: `letters, digits and dashes, a letter first, at most ${LONGEST_NAME}: --pipeline-name NAME`,
  });
}

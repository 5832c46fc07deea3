import { createRequire } from 'node:module';
import type * as CloudFormationSdk from '@aws-sdk/client-cloudformation';
import type * as SfnSdk from '@aws-sdk/client-sfn';
import { explainAwsError } from '../../aws/failure.ts';
import { type Place, clientSettings, ownAccount } from '../place.ts';

/** A connection to Step Functions in one account and region. */
export interface Connection extends Place {
  readonly stepFunctions: SfnSdk.SFN;
  /** Opened when it is first asked for. */
  readonly cloudFormation: () => CloudFormationSdk.CloudFormation;
  readonly account: () => Promise<string>;
  readonly close: () => void;
}

// A `require` of the bundle is quicker than an `import`, which looks for all its names.
const load = createRequire(import.meta.url);

/** Opens Step Functions and CloudFormation; nothing is asked of them yet. */
export function connect(place: Place): Connection {
  const { SFN } = load('@aws-sdk/client-sfn') as typeof SfnSdk;
  const settings = clientSettings(place);
  const stepFunctions = new SFN(settings);
  let cloudFormation: CloudFormationSdk.CloudFormation | undefined;
  const openCloudFormation = (): CloudFormationSdk.CloudFormation => {
    const { CloudFormation } = load('@aws-sdk/client-cloudformation') as typeof CloudFormationSdk;
    return (cloudFormation ??= new CloudFormation(settings));
  };
  let account: Promise<string> | undefined;
  return {
    ...place,
    stepFunctions,
    cloudFormation: openCloudFormation,
    account: () => (account ??= ownAccount(place)),
    close: () => {
      stepFunctions.destroy();
      cloudFormation?.destroy();
    },
  };
}

/** Waits for an answer; what AWS refuses becomes an error of ours. */
export async function asking<T>(doing: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw explainRefusal(error, doing);
  }
}

/** What AWS said as an error of ours; anything that did not come from AWS is given back as it is. */
export function explainRefusal(error: unknown, doing: string): unknown {
  const message = error instanceof Error ? error.message : '';
  return explainAwsError(error, { doing, fix: ROLE_FIXES.find(([words]) => words.test(message))?.[1] });
}

// https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
const ROLE_FIXES: readonly (readonly [RegExp, string])[] = [
  [/iam:PassRole/, "grant iam:PassRole on the machine's role to the identity that these credentials belong to"],
  [
    /is not authorized to create managed-rule|events:PutRule/i,
    "let the machine's role make the rules of Amazon EventBridge by which it learns that a job has ended",
  ],
  [
    /trust relationship|sts:AssumeRole|not authorized to assume|cannot be assumed/i,
    'let the service principal states.amazonaws.com assume the role, or name another one: --workflow-role-arn',
  ],
];

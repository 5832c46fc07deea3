import { createRequire } from 'node:module';
import type * as SageMakerSdk from '@aws-sdk/client-sagemaker';
import { awsFault, explainAwsError } from '../../aws/failure.ts';
import { type Place, clientSettings, ownAccount } from '../place.ts';

export type { Place } from '../place.ts';

/** A connection to SageMaker in one account and region. */
export interface Connection extends Place {
  readonly sagemaker: SageMakerSdk.SageMaker;
  /** The number of the account that the credentials belong to. */
  readonly account: () => Promise<string>;
  readonly close: () => void;
}

// A `require` of these bundles takes 100 ms less than an `import`, which looks for 3,000 names in them.
const load = createRequire(import.meta.url);

/** Opens SageMaker; nothing is asked of it yet. */
export function connect(place: Place): Connection {
  const { SageMaker } = load('@aws-sdk/client-sagemaker') as typeof SageMakerSdk;
  const sagemaker = new SageMaker(clientSettings(place));
  let account: Promise<string> | undefined;
  return {
    ...place,
    sagemaker,
    account: () => (account ??= ownAccount(place)),
    close: () => sagemaker.destroy(),
  };
}

/** Waits for an answer of SageMaker's; what AWS refuses becomes an error of ours, with the fix where we know it. */
export async function asking<T>(doing: string, answer: Promise<T>, fixes: { absent?: string } = {}): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw explainRefusal(error, doing, isAbsent(error) ? fixes.absent : undefined);
  }
}

/** What AWS said as an error of ours; anything that did not come from AWS is given back as it is. */
export function explainRefusal(error: unknown, doing: string, fix?: string): unknown {
  const message = error instanceof Error ? error.message : '';
  return explainAwsError(error, { doing, fix: fix ?? ROLE_FIXES.find(([words]) => words.test(message))?.[1] });
}

// https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
const ROLE_FIXES: readonly (readonly [RegExp, string])[] = [
  [/iam:PassRole/, 'grant iam:PassRole on the execution role to the identity that these credentials belong to'],
  [
    /trust relationship|sts:AssumeRole|could not assume role/i,
    'let the service principal sagemaker.amazonaws.com assume the role, in its trust policy',
  ],
];

const ABSENT = /does not exist|could not find|not found/i;

/** Whether AWS says that what was asked for is not there; some operations call that a validation error. */
export function isAbsent(error: unknown): boolean {
  if (awsFault(error) === 'absent') return true;
  return error instanceof Error && error.name === 'ValidationException' && ABSENT.test(error.message);
}

import { createRequire } from 'node:module';
import type * as StsSdk from '@aws-sdk/client-sts';
import { explainAwsError } from '../aws/failure.ts';

/** Whose account is meant; credentials and endpoints come from AWS's ordinary places. */
export interface Place {
  readonly region: string;
  readonly profile?: string | undefined;
}

const load = createRequire(import.meta.url);

/** The number of the account that the credentials belong to. */
export async function ownAccount({ region, profile }: Place): Promise<string> {
  const { STS } = load('@aws-sdk/client-sts') as typeof StsSdk;
  const sts = new STS({ region, ...(profile === undefined ? {} : { profile }) });
  try {
    const { Account } = await sts.getCallerIdentity();
    return Account!;
  } catch (error) {
    throw explainAwsError(error, { doing: 'find out which account this is' });
  } finally {
    sts.destroy();
  }
}

import { createRequire } from 'node:module';
import type * as StsSdk from '@aws-sdk/client-sts';
import type * as CredentialsSdk from '@aws-sdk/credential-provider-node';
import { explainAwsError } from '../aws/failure.ts';

/** Whose account is meant; credentials and endpoints come from AWS's ordinary places. */
export interface Place {
  readonly region: string;
  readonly profile?: string | undefined;
}

const load = createRequire(import.meta.url);

/** What the clients of a run are made with. */
interface ClientSettings {
  readonly region: string;
  readonly profile?: string;
  readonly credentials: ReturnType<typeof CredentialsSdk.defaultProvider>;
}

/**
 * The settings of a client that is made now: the SDK by itself reads `~/.aws/credentials` once in a process, and whoever
 * logs in again while a run is watched has the new ones there.
 */
export function clientSettings({ region, profile }: Place): ClientSettings {
  const { defaultProvider } = load('@aws-sdk/credential-provider-node') as typeof CredentialsSdk;
  const of = profile === undefined ? {} : { profile };
  return { region, ...of, credentials: defaultProvider({ ...of, ignoreCache: true }) };
}

/** The number of the account that the credentials belong to. */
export async function ownAccount(place: Place): Promise<string> {
  const { STS } = load('@aws-sdk/client-sts') as typeof StsSdk;
  const sts = new STS(clientSettings(place));
  try {
    const { Account } = await sts.getCallerIdentity();
    return Account!;
  } catch (error) {
    throw explainAwsError(error, { doing: 'find out which account this is' });
  } finally {
    sts.destroy();
  }
}

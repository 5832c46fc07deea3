import { delimiter, join } from 'node:path';
import type { PythonEnvironment } from './environments.ts';

/** What of this machine a job needs to reach a package index through proxies and company certificates. */
const OF_THIS_MACHINE =
  /^(?:PIP_(?!TARGET$|PREFIX$|USER$).*|UV_.*|(?:https?|no|all)_proxy|SSL_CERT_(?:FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|AWS_CA_BUNDLE|HOME|USER|TMPDIR)$/i;

/** As the images set it. */
const OF_THE_IMAGES = {
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONUNBUFFERED: '1',
  PYTHONIOENCODING: 'UTF-8',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
};

/** A program that is run on this machine must not find the accounts of whoever sits at it. */
export const NO_ACCOUNT = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** The whole environment of a job or server: little of this machine, and what it was given. */
export function containerEnvironment(
  machine: Readonly<Record<string, string | undefined>>,
  { folder }: PythonEnvironment,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const own = Object.entries(machine).filter(([name, value]) => value !== undefined && OF_THIS_MACHINE.test(name));
  return {
    ...(Object.fromEntries(own) as Record<string, string>),
    ...OF_THE_IMAGES,
    ...NO_ACCOUNT,
    ...given,
    // Last: a job's own PATH names folders of its image.
    PATH: [join(folder, 'bin'), ...(given['PATH'] === undefined ? [] : [given['PATH']]), machine['PATH'] ?? ''].join(
      delimiter,
    ),
  };
}

import type { ParameterValue } from './document.ts';

/** What stands in the place of a secret. */
export const MASK = '****';

/** Words of a name that stand for a secret wherever they are in it. */
const SECRET_WORDS: ReadonlySet<string> = new Set([
  'apikey',
  'credential',
  'credentials',
  'passphrase',
  'passwd',
  'password',
  'pwd',
  'secret',
  'secrets',
]);
/** Words that do so only together: `ApiKey`, but not `KeyColumn`. */
const SECRET_PAIRS: ReadonlySet<string> = new Set([
  'api key',
  'access key',
  'private key',
  'auth token',
  'access token',
]);
/** What a name ends in that names a secret without being one. */
const REFERENCES: ReadonlySet<string> = new Set([
  'arn',
  'column',
  'count',
  'id',
  'length',
  'name',
  'path',
  'uri',
  'url',
]);

/** Values that are secrets whatever they are called. */
const SECRET_VALUES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  // Keys of AWS begin so: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\b(?:ghp|gho|ghs|ghu|github_pat|glpat|hf|sk|xox[abprs])[-_][A-Za-z0-9_-]{16,}/,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@/i,
];

/** Whether a parameter looks like a secret, by its name or by its value. */
export function isSecret(name: string, value: ParameterValue): boolean {
  if (typeof value === 'string' && SECRET_VALUES.some((pattern) => pattern.test(value))) return true;
  if (typeof value === 'boolean') return false;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  const last = words.at(-1) ?? '';
  if (REFERENCES.has(last) || (typeof value === 'string' && value.startsWith('arn:'))) return false;
  if (words.some((word) => SECRET_WORDS.has(word)) || (last === 'token' && typeof value === 'string')) return true;
  return words.some((word, index) => SECRET_PAIRS.has(`${word} ${words[index + 1] ?? ''}`));
}

/** Parameters as they may be shown: what looks like a secret is masked. */
export function maskSecrets(parameters: Readonly<Record<string, ParameterValue>>): Record<string, ParameterValue> {
  const shown = Object.entries(parameters).map(
    ([name, value]) => [name, isSecret(name, value) ? MASK : value] as const,
  );
  return Object.fromEntries(shown);
}

/** Short values stand in too many other places to be taken out of a text. */
const SHORTEST = 6;

/** The values of parameters that look like secrets. */
export function secretValues(parameters: Readonly<Record<string, ParameterValue>>): string[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    return typeof value === 'string' && value.length >= SHORTEST && isSecret(name, value) ? [value] : [];
  });
}

/** JSON data with secrets taken out of its texts. */
export function hideSecrets<T>(data: T, secrets: readonly string[]): T {
  if (secrets.length === 0) return data;
  const text = JSON.stringify(data);
  // Of two secrets the longer first: one may begin with the other.
  const there = secrets
    .filter((secret) => text.includes(JSON.stringify(secret).slice(1, -1)))
    .toSorted((a, b) => b.length - a.length);
  if (there.length === 0) return data;
  // Within the texts alone: in JSON a line break before "ame" spells "name".
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' ? there.reduce((shown, secret) => shown.replaceAll(secret, MASK), value) : value,
  ) as T;
}

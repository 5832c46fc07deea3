import type { Json, JsonObject, PipelineDocument } from './document.ts';
import { concatenation, isExpression, mergePieces } from './expression.ts';

/**
 * The two parameters for what only an account knows. Their names are reserved: a document that declares them
 * means these, and `bind` puts the account's values in their place.
 */
export const ARTIFACT_BUCKET = 'ArtifactBucket';
export const EXECUTION_ROLE_ARN = 'ExecutionRoleArn';
export const RESERVED_PARAMETERS: readonly string[] = [ARTIFACT_BUCKET, EXECUTION_ROLE_ARN];

/** What an account gives to a document. A value that is not given stays a parameter. */
export interface AccountValues {
  readonly bucket?: string | undefined;
  readonly roleArn?: string | undefined;
}

/**
 * The document of one account: the bucket and the role are literals, joins that are known by that are text, and the
 * declarations are gone. What the values do not touch is the same object as before.
 */
export function bind(document: PipelineDocument, values: AccountValues): PipelineDocument {
  const literals = new Map<string, string>();
  if (values.bucket !== undefined) literals.set(`Parameters.${ARTIFACT_BUCKET}`, values.bucket);
  if (values.roleArn !== undefined) literals.set(`Parameters.${EXECUTION_ROLE_ARN}`, values.roleArn);
  if (literals.size === 0) return document;
  const bound = substitute(document as unknown as Json, literals) as unknown as PipelineDocument;
  const kept = bound.Parameters?.filter((parameter) => !literals.has(`Parameters.${parameter.Name}`));
  if (kept === undefined || kept.length === bound.Parameters!.length) return bound;
  return { ...bound, Parameters: kept };
}

function substitute(value: Json, literals: ReadonlyMap<string, string>): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return substituteList(value, literals);
  if (isExpression(value)) {
    if ('Get' in value) return literals.get(value['Get'] as string) ?? value;
    if ('Std:Join' in value) return substituteJoin(value, literals);
    if ('Std:JsonGet' in value) return substituteJsonGet(value, literals);
  }
  return substituteMembers(value as JsonObject, literals);
}

function substituteList(list: readonly Json[], literals: ReadonlyMap<string, string>): readonly Json[] {
  const mapped = list.map((element) => substitute(element, literals));
  return mapped.some((element, index) => element !== list[index]) ? mapped : list;
}

// Object.fromEntries defines members, it does not assign them: a member named `__proto__` stays one.
function substituteMembers(value: JsonObject, literals: ReadonlyMap<string, string>): JsonObject {
  let changed = false;
  const members = Object.entries(value).map(([key, member]) => {
    const mapped = substitute(member, literals);
    changed ||= mapped !== member;
    return [key, mapped] as const;
  });
  return changed ? Object.fromEntries(members) : value;
}

function substituteJoin(join: JsonObject, literals: ReadonlyMap<string, string>): Json {
  const mapped = substituteMembers(join, literals);
  if (mapped === join) return join;
  const body = mapped['Std:Join'] as JsonObject;
  const { On: separator, Values: values } = body;
  if (typeof separator !== 'string' || !Array.isArray(values)) return mapped;
  if (values.every((piece) => typeof piece === 'string')) return values.join(separator);
  return separator === '' ? concatenation(mergePieces(values as Json[])) : mapped;
}

/** AWS takes only a join as the `S3Uri` of a JsonGet, so that one stays a join when all of it is known. */
function substituteJsonGet(value: JsonObject, literals: ReadonlyMap<string, string>): JsonObject {
  const mapped = substituteMembers(value, literals);
  const body = mapped['Std:JsonGet'];
  if (mapped === value || typeof body !== 'object' || body === null || !('S3Uri' in body)) return mapped;
  const { S3Uri: uri } = body;
  if (typeof uri !== 'string') return mapped;
  return { 'Std:JsonGet': { ...body, S3Uri: { 'Std:Join': { On: '', Values: [uri] } } } };
}

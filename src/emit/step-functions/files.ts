import type { Json, JsonObject } from '../../definition/document.ts';
import { elementsOf, isExpression, isObject, mergePieces } from '../../definition/expression.ts';
import { type Path, formatPath } from '../../definition/path.ts';
import { parseReference } from '../../definition/reference.ts';
import { type Plan, catchers } from './state.ts';
import { bracket, computedOf, filePlace } from './template.ts';

/**
 * Adds the states that read the JSON files which a step asks for before it: `Std:JsonGet` is a call of S3 here. The
 * result is the first of them, or the state that was to come anyway.
 */
export function addFileReads(gets: readonly { get: JsonObject; path: Path }[], next: string, plan: Plan): string {
  let first = next;
  const read = new Set<string>();
  for (const { get, path } of gets) {
    const place = filePlace(get);
    if (read.has(place)) continue;
    read.add(place);
    const target = placeOfFile(get, plan);
    if (target === undefined) {
      plan.report({
        code: 'no-counterpart',
        severity: 'error',
        message: 'A state machine cannot read this file',
        path: formatPath(path),
        detail: 'its place in S3 is known only as a whole, and Step Functions cannot take bucket and key out of it',
        fix: 'give the output a place that is put together: s3://, the bucket, the rest',
      });
      continue;
    }
    first = plan.add(place, {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:s3:getObject',
      Parameters: target,
      ResultSelector: { 'value.$': 'States.StringToJson($.Body)' },
      ResultPath: `$.Steps${bracket(place)}`,
      ...catchers(plan),
      Next: first,
    });
  }
  return first;
}

/** Bucket and key of a file. */
function placeOfFile(get: JsonObject, plan: Plan): JsonObject | undefined {
  const uri = get['S3Uri'] ?? fileUri(get['PropertyFile'], plan);
  const pieces = uri === undefined ? undefined : piecesOf(uri, plan);
  if (pieces === undefined) return undefined;
  const [head, ...rest] = pieces;
  if (typeof head !== 'string' || !head.startsWith('s3://')) return undefined;
  const after = head.slice('s3://'.length);
  const slash = after.indexOf('/');
  if (slash >= 0) return { Bucket: after.slice(0, slash), ...key([after.slice(slash + 1), ...rest], plan) };
  const [bucket, tail, ...others] = rest;
  if (after !== '' || bucket === undefined || typeof bucket === 'string') return undefined;
  if (typeof tail !== 'string' || !tail.startsWith('/')) return undefined;
  return { 'Bucket.$': written(bucket, plan), ...key([tail.slice(1), ...others], plan) };
}

function key(pieces: readonly Json[], plan: Plan): JsonObject {
  const merged = mergePieces(pieces);
  if (merged.length === 1 && typeof merged[0] === 'string') return { Key: merged[0] };
  return { 'Key.$': written({ 'Std:Join': { On: '', Values: merged } }, plan) };
}

function written(value: Json, plan: Plan): string {
  return isExpression(value) ? computedOf(value, undefined, plan) : JSON.stringify(value);
}

/** Where a step's property file lies: its output's place and the file in it. */
function fileUri(file: Json | undefined, { steps }: Plan): Json | undefined {
  const text = isObject(file) && typeof file['Get'] === 'string' ? file['Get'] : '';
  const reference = parseReference(text);
  if (reference.root !== 'Steps') return undefined;
  const name = reference.path.at(-1);
  const declared = steps
    .get(reference.step)
    ?.PropertyFiles?.find((each) => name !== undefined && 'member' in name && each.PropertyFileName === name.member);
  const output = declared && outputUri(reference.step, declared.OutputName, steps);
  return output === undefined ? undefined : { 'Std:Join': { On: '/', Values: [output, declared!.FilePath] } };
}

function outputUri(step: string, name: string, steps: Plan['steps']): Json | undefined {
  const config = steps.get(step)?.Arguments['ProcessingOutputConfig'];
  const outputs = isObject(config) ? elementsOf(config['Outputs']) : [];
  const found = outputs.find((output) => isObject(output) && output['OutputName'] === name);
  const place = isObject(found) ? found['S3Output'] : undefined;
  return isObject(place) ? place['S3Uri'] : undefined;
}

/** A text's pieces, with joins and the places of other steps' outputs taken apart. */
function piecesOf(value: Json, plan: Plan): Json[] | undefined {
  if (typeof value === 'string') return [value];
  if (!isExpression(value)) return undefined;
  const join = value['Std:Join'];
  if (isObject(join)) {
    const parts = elementsOf(join['Values']).map((each) =>
      typeof each === 'object' ? piecesOf(each, plan) : [String(each)],
    );
    if (parts.some((part) => part === undefined)) return undefined;
    const separator = typeof join['On'] === 'string' ? join['On'] : '';
    return mergePieces(parts.flatMap((part, index) => (index === 0 ? part! : [separator, ...part!])));
  }
  const reference = typeof value['Get'] === 'string' ? parseReference(value['Get']) : undefined;
  const [, , output] = reference?.root === 'Steps' ? reference.path : [];
  if (reference?.root === 'Steps' && output !== undefined && 'key' in output) {
    const uri = outputUri(reference.step, output.key, plan.steps);
    if (uri !== undefined) return piecesOf(uri, plan);
  }
  return [value];
}

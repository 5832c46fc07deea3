import type { Json, JsonObject, StepDocument } from '../../definition/document.ts';
import { isObject } from '../../definition/expression.ts';
import { type Entry, call, object, stringLiteral, text } from './code.ts';
import { placeName } from './expressions.ts';
import { hasOnly } from './members.ts';
import type { Module } from './module.ts';
import { type Place, TEXT, mapOf } from './place.ts';
import { type ShortWay, isTextual, placeOfMember } from './short-way.ts';
import { entry, writeValue } from './values.ts';

/** What `batchTransform` takes as one record a line unless told. */
const BY_LINE: readonly (Json | undefined)[] = ['text/csv', 'application/jsonlines'];

/** Arguments of a batch transform job as `batchTransform` writes them; else undefined. */
export function writeBatchTransform(
  { Name: step, Arguments: args }: StepDocument,
  module: Module,
): ShortWay | undefined {
  const { ModelName: model, Environment: environment, DataProcessing: processing } = args;
  const job = jobIn(args);
  if (job === undefined || model === undefined) return undefined;
  if (environment !== undefined && !isObject(environment)) return undefined;
  const { input, contentType, isByLine, output, accept, resources } = job;

  const members = ['ModelName', 'TransformInput', 'TransformOutput', 'TransformResources'];
  const written = (key: string, value: Json, place: Place = TEXT): Entry =>
    entry(key, value, writeValue(value, place, module), module);
  const { InstanceType: type, InstanceCount: count } = resources;
  const machine = [written('type', type!, placeOfMember('TransformResources', 'InstanceType'))];
  if (count !== 1) machine.push(written('count', count!, placeOfMember('TransformResources', 'InstanceCount')));
  const entries: Entry[] = [
    written('model', model),
    written('input', input),
    written('contentType', contentType),
    ...(JSON.stringify(accept) === JSON.stringify(contentType) ? [] : [written('accept', accept)]),
    { key: 'instance', value: object(machine) },
  ];
  if (isByLine !== BY_LINE.includes(contentType)) {
    entries.push({ key: 'split', value: stringLiteral(isByLine ? 'Line' : 'None') });
  }
  const filters = filtersIn(processing);
  if (filters !== undefined) {
    members.push('DataProcessing');
    const { InputFilter: before, OutputFilter: after, JoinSource: source } = filters;
    if (before !== undefined) entries.push(written('inputFilter', before));
    if (source !== undefined) entries.push({ key: 'join', value: text('true') });
    if (after !== undefined) entries.push(written('outputFilter', after));
  }
  if (placeName(output, module) !== step) entries.push(written('output', output));
  if (environment !== undefined) {
    members.push('Environment');
    entries.push(written('environment', environment, mapOf(TEXT)));
  }
  module.imports.add('batchTransform');
  return { code: call('batchTransform', [object(entries)]), members };
}

interface Job {
  readonly input: Json;
  readonly contentType: Json;
  readonly isByLine: boolean;
  readonly output: Json;
  readonly accept: Json;
  readonly resources: JsonObject;
}

/** What the function asks for, where nothing else is said. */
function jobIn({
  TransformInput: from,
  TransformOutput: to,
  TransformResources: resources,
}: JsonObject): Job | undefined {
  if (!isObject(from) || !hasOnly(from, ['DataSource', 'ContentType'], ['SplitType'])) return undefined;
  if (!isObject(to) || !hasOnly(to, ['S3OutputPath', 'Accept'], ['AssembleWith'])) return undefined;
  if (!isObject(resources) || !hasOnly(resources, ['InstanceType', 'InstanceCount'])) return undefined;
  const { DataSource: source, ContentType: contentType, SplitType: split } = from;
  const { S3OutputPath: output, Accept: accept, AssembleWith: assembly } = to;
  const isByLine = split === 'Line';
  if (split !== assembly || (!isByLine && split !== undefined)) return undefined;
  const s3 = isObject(source) && hasOnly(source, ['S3DataSource']) ? source['S3DataSource'] : undefined;
  if (!isObject(s3) || !hasOnly(s3, ['S3DataType', 'S3Uri']) || s3['S3DataType'] !== 'S3Prefix') return undefined;
  const input = s3['S3Uri'];
  const texts = [input, contentType, output, accept];
  return texts.every(isTextual)
    ? { input: input!, contentType: contentType!, isByLine, output: output!, accept: accept!, resources }
    : undefined;
}

function filtersIn(processing: Json | undefined): JsonObject | undefined {
  if (!isObject(processing) || Object.keys(processing).length === 0) return undefined;
  const { InputFilter: before, OutputFilter: after, JoinSource: source } = processing;
  const isPlain =
    hasOnly(processing, [], ['InputFilter', 'OutputFilter', 'JoinSource']) &&
    [before, after].every((filter) => filter === undefined || isTextual(filter)) &&
    (source === undefined || source === 'Input');
  return isPlain ? processing : undefined;
}

import { posix } from 'node:path';
import { parseImageUri } from '../../aws/image-uri.ts';
import { imageUri, recogniseImage } from '../../aws/images.ts';
import type { Json, JsonObject, StepDocument } from '../../definition/document.ts';
import { isObject } from '../../definition/expression.ts';
import { type Entry, call, list, memberName, object, stringLiteral } from './code.ts';
import { isArgument, placeName, writeAny, writeArgument } from './expressions.ts';
import { hasOnly } from './members.ts';
import type { Module } from './module.ts';
import { isKey } from './options.ts';
import { TEXT, mapOf } from './place.ts';
import { type ShortWay, isTextual, placeOfMember } from './short-way.ts';
import { entry, writeValue } from './values.ts';

/** The families whose images run Python scripts, and what their functions are called. */
const BUILDERS: Readonly<Record<string, string>> = {
  sklearn: 'sklearn',
  pytorch: 'pytorch',
  xgboost: 'xgboost',
  tensorflow: 'tensorflow',
  huggingface: 'huggingFace',
};

const ROOT = '/opt/ml/processing';
const CODE = `${ROOT}/input/code`;
const GIVEN = ['ProcessingResources', 'AppSpecification', 'ProcessingInputs', 'ProcessingOutputConfig', 'Environment'];

/** Arguments that run a script in an image of AWS's as `sklearn.processor` and its like write them; else undefined. */
export function writeProcessor({ Name: step, Arguments: args }: StepDocument, module: Module): ShortWay | undefined {
  const { ProcessingResources: resources, AppSpecification: application, Environment: environment } = args;
  const script = scriptIn(application, module);
  const image = isObject(application) ? choiceOf(application['ImageUri']!) : undefined;
  const machines = isObject(resources) && hasOnly(resources, ['ClusterConfig']) ? resources['ClusterConfig']! : null;
  const inputs = inputsIn(args['ProcessingInputs']);
  const outputs = outputsIn(args['ProcessingOutputConfig']);
  if (script === undefined || image === undefined || inputs === undefined || outputs === undefined) return undefined;
  if (!isObject(machines) || !hasOnly(machines, CLUSTER)) return undefined;
  if (environment !== undefined && !isObject(environment)) return undefined;

  const { code } = inputs;
  const entries: Entry[] = [
    { key: 'version', value: stringLiteral(image.version) },
    ...(image.device === 'cpu' ? [] : [{ key: 'device', value: stringLiteral(image.device) }]),
    { key: 'image', value: writeAny(image.uri, module) },
    entry('code', code, writeValue(code, TEXT, module), module),
  ];
  if (typeof code !== 'string' || posix.basename(code) !== script.entry) {
    entries.push({ key: 'entry', value: stringLiteral(script.entry) });
  }
  entries.push({ key: 'instance', value: writeMachines(machines, module) });
  const sources = inputs.files.map((file) => writeInput(file, module));
  if (sources.length > 0) entries.push({ key: 'inputs', value: object(sources) });
  if (outputs.length > 0) entries.push({ key: 'outputs', value: writeOutputs(outputs, step, module) });
  if (script.arguments !== undefined) {
    const operands = script.arguments.map((value) => ({ value: writeArgument(value, module) }));
    entries.push({ key: 'arguments', value: list(operands) });
  }
  if (environment !== undefined) {
    entries.push({ key: 'environment', value: writeValue(environment, mapOf(TEXT), module).code });
  }
  module.imports.add(image.builder);
  return { code: call(`${image.builder}.processor`, [object(entries)]), members: GIVEN };
}

interface Script {
  readonly entry: string;
  readonly arguments: readonly Json[] | undefined;
}

/** The script that is run, from the place where these functions put it. */
function scriptIn(application: Json | undefined, module: Module): Script | undefined {
  if (!isObject(application)) return undefined;
  if (!hasOnly(application, ['ImageUri', 'ContainerEntrypoint'], ['ContainerArguments'])) return undefined;
  const { ContainerEntrypoint: command, ContainerArguments: operands } = application;
  if (!Array.isArray(command) || command.length !== 2) return undefined;
  const [program, path] = command as readonly Json[];
  if (program !== 'python3' || typeof path !== 'string' || !path.startsWith(`${CODE}/`)) return undefined;
  const entry = path.slice(CODE.length + 1);
  if (entry === '') return undefined;
  if (operands === undefined) return { entry, arguments: undefined };
  if (!Array.isArray(operands) || !operands.every((value: Json) => isArgument(value, module))) return undefined;
  return { entry, arguments: operands as readonly Json[] };
}

interface Choice {
  readonly uri: string;
  readonly builder: string;
  readonly version: string;
  readonly device: 'cpu' | 'gpu';
}

/** What is said of an image so that the same would be found in its region, were its URI not given. */
function choiceOf(uri: Json): Choice | undefined {
  if (typeof uri !== 'string') return undefined;
  const image = recogniseImage(uri);
  const region = parseImageUri(uri)?.region;
  if (image === undefined || region === undefined || !Object.hasOwn(BUILDERS, image.family)) return undefined;
  const { family, version } = image;
  for (const device of ['cpu', 'gpu'] as const) {
    const request = { family, use: 'training', version, region, ...(device === 'gpu' ? { device } : {}) } as const;
    const found = imageUri(request);
    if ('uri' in found && found.uri === uri) return { uri, builder: BUILDERS[family]!, version, device };
  }
  return undefined;
}

const CLUSTER = ['InstanceType', 'InstanceCount', 'VolumeSizeInGB'];

function writeMachines({ InstanceType: type, InstanceCount: count, VolumeSizeInGB: size }: JsonObject, module: Module) {
  const cluster = (member: string, key: string, value: Json): Entry =>
    entry(key, value, writeValue(value, placeOfMember('ProcessingClusterConfig', member), module), module);
  return object([
    cluster('InstanceType', 'type', type!),
    ...(count === 1 ? [] : [cluster('InstanceCount', 'count', count!)]),
    ...(size === 30 ? [] : [cluster('VolumeSizeInGB', 'volumeGB', size!)]),
  ]);
}

interface Files {
  readonly name: string;
  readonly uri: Json;
  readonly localPath: string;
}

interface Source extends Files {
  readonly isSharded: boolean;
}

/** The inputs, the script's the last. */
function inputsIn(inputs: Json | undefined): { readonly files: readonly Source[]; readonly code: Json } | undefined {
  if (!Array.isArray(inputs)) return undefined;
  const sources = (inputs as readonly Json[]).map((input) => sourceIn(input));
  const files = sources.slice(0, -1).filter((source) => source !== undefined);
  const code = sources.at(-1);
  if (code === undefined || files.length !== inputs.length - 1 || !areKeys(files)) return undefined;
  if (code.name !== 'code' || code.localPath !== CODE || code.isSharded) return undefined;
  return { files, code: code.uri };
}

const S3_INPUT = { S3DataType: 'S3Prefix', S3InputMode: 'File', S3CompressionType: 'None' } as const;

function sourceIn(input: Json): Source | undefined {
  const read = filesIn(input, 'InputName', 'S3Input', ['S3DataDistributionType', ...Object.keys(S3_INPUT)]);
  if (read === undefined || !Object.entries(S3_INPUT).every(([key, value]) => read.s3[key] === value)) return undefined;
  const { S3DataDistributionType: distribution } = read.s3;
  if (distribution !== 'FullyReplicated' && distribution !== 'ShardedByS3Key') return undefined;
  return { ...read.files, isSharded: distribution === 'ShardedByS3Key' };
}

function outputsIn(config: Json | undefined): readonly Files[] | undefined {
  if (config === undefined) return [];
  if (!isObject(config) || !hasOnly(config, ['Outputs']) || !Array.isArray(config['Outputs'])) return undefined;
  const outputs = (config['Outputs'] as readonly Json[]).flatMap((output) => {
    const read = filesIn(output, 'OutputName', 'S3Output', ['S3UploadMode']);
    return read?.s3['S3UploadMode'] === 'EndOfJob' ? [read.files] : [];
  });
  return outputs.length > 0 && outputs.length === config['Outputs'].length && areKeys(outputs) ? outputs : undefined;
}

/** What an input and an output have in common. */
function filesIn(
  value: Json,
  nameMember: string,
  placeMember: string,
  more: readonly string[],
): { readonly files: Files; readonly s3: JsonObject } | undefined {
  if (!isObject(value) || !hasOnly(value, [nameMember, 'AppManaged', placeMember])) return undefined;
  const { [nameMember]: name, AppManaged: managed, [placeMember]: s3 } = value;
  if (!isObject(s3) || !hasOnly(s3, ['S3Uri', 'LocalPath', ...more])) return undefined;
  const { S3Uri: uri, LocalPath: localPath } = s3;
  if (typeof name !== 'string' || managed !== false || !isTextual(uri)) return undefined;
  return typeof localPath === 'string' ? { files: { name, uri, localPath }, s3 } : undefined;
}

function areKeys(files: readonly Files[]): boolean {
  return files.every(({ name }) => isKey(name)) && new Set(files.map(({ name }) => name)).size === files.length;
}

function writeInput({ name, uri, localPath, isSharded }: Source, module: Module): Entry {
  const place = writeValue(uri, TEXT, module);
  const isUsual = localPath === `${ROOT}/input/${name}`;
  if (isUsual && !isSharded) return entry(name, uri, place, module);
  const members = [entry('uri', uri, place, module)];
  if (!isUsual) members.push({ key: 'localPath', value: stringLiteral(localPath) });
  if (isSharded) members.push({ key: 'distribution', value: stringLiteral('ShardedByS3Key') });
  return { key: memberName(name), value: object(members) };
}

function writeOutputs(outputs: readonly Files[], step: string, module: Module) {
  const written = outputs.map(({ name, uri, localPath }) => {
    const members: Entry[] = [];
    if (placeName(uri, module) !== `${step}/${name}`) {
      members.push(entry('uri', uri, writeValue(uri, TEXT, module), module));
    }
    if (localPath !== `${ROOT}/output/${name}`) members.push({ key: 'localPath', value: stringLiteral(localPath) });
    return { name, members };
  });
  return written.every(({ members }) => members.length === 0)
    ? list(written.map(({ name }) => ({ value: stringLiteral(name) })))
    : object(written.map(({ name, members }) => ({ key: memberName(name), value: object(members) })));
}

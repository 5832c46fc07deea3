import { posix } from 'node:path';
import { imageUri } from '../aws/images.ts';
import { ARTIFACT_BUCKET, EXECUTION_ROLE_ARN } from '../definition/bind.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import type { Json, JsonObject } from '../definition/document.ts';
import { concatenation, getParameter, isExpression, isObject, mergePieces } from '../definition/expression.ts';
import { type Path, child, formatPath } from '../definition/path.ts';
import { formatStepReference } from '../definition/reference.ts';
import type { AssetTable } from './asset-table.ts';
import { type ExpressionNode, type ParameterNode, type StepNode, nodeOf } from './node.ts';
import { describeSite } from './site.ts';

/** What all values of a pipeline are turned into JSON with. */
export interface World {
  readonly region: string;
  readonly parameters: ReadonlyMap<ParameterNode, string>;
  /** The names of the parameters that are text already. */
  readonly textParameters: ReadonlySet<string>;
  readonly assets: AssetTable;
  /** The late-bound parameters that were needed. */
  readonly lateBound: Set<string>;
}

/** What is wrong with a value, and where in it. */
export interface ValueFault extends Omit<Diagnostic, 'path'> {
  readonly keys: readonly (string | number)[];
}

/** A step's own members as JSON, and what was met on the way there. */
export interface ResolvedStep {
  readonly arguments: JsonObject;
  readonly siblings: JsonObject;
  /** The steps that it reads from. */
  readonly reads: ReadonlySet<StepNode>;
  readonly faults: readonly ValueFault[];
}

/** Turns a step's members into JSON. What is `undefined` is left out; what is no JSON is a fault and left out. */
export function resolveStep(step: StepNode, world: World): ResolvedStep {
  const resolution = resolutionIn(world, step);
  const args = resolveArguments(step, resolution);
  // Jobs and models run as a role; one that the author leaves open is the account's.
  if (step.roleMember !== undefined) args[step.roleMember] ??= late(EXECUTION_ROLE_ARN, resolution);
  const { reads, faults } = resolution;
  return { arguments: args, siblings: resolveMembers(step.siblings, resolution), reads, faults };
}

function resolveArguments({ name, arguments: given }: StepNode, resolution: Resolution): Record<string, Json> {
  resolution.keys.push('Arguments');
  const args = resolveValue(given, resolution);
  const found = isObject(args) ? args : undefined;
  // Only code without types gets here.
  if (found === undefined && resolution.faults.length === 0) {
    const message = `The arguments of step ${name} must be an object with AWS's members`;
    fault({ code: 'not-json', severity: 'error', message }, resolution);
  }
  resolution.keys.pop();
  return found ?? {};
}

/** Turns what belongs to the pipeline as a whole into JSON. */
export function resolve(
  members: Readonly<Record<string, unknown>>,
  world: World,
): { readonly json: JsonObject; readonly faults: readonly ValueFault[] } {
  const resolution = resolutionIn(world, undefined);
  return { json: resolveMembers(members, resolution), faults: resolution.faults };
}

interface Resolution {
  readonly world: World;
  readonly step: StepNode | undefined;
  readonly reads: Set<StepNode>;
  readonly faults: ValueFault[];
  /** Where the value at hand stands. */
  readonly keys: (string | number)[];
  /** The objects around the value at hand: one that comes again in itself has no end. */
  readonly around: object[];
}

function resolutionIn(world: World, step: StepNode | undefined): Resolution {
  return { world, step, reads: new Set(), faults: [], keys: [], around: [] };
}

function resolveValue(value: unknown, resolution: Resolution): Json | undefined {
  const node = nodeOf(value);
  if (node !== undefined) {
    if (node.kind !== 'step') return resolveNode(node, resolution);
    return refuse(`step ${node.name} itself`, resolution, `read one of its properties or outputs`);
  }
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : refuse(String(value), resolution, 'a finite number');
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : refuse(`${value}n`, resolution, 'a smaller number');
    case 'object':
      break;
    case 'undefined':
      return undefined;
    default:
      return refuse(`a ${typeof value}`, resolution);
  }
  if (value === null) return null;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  const { around } = resolution;
  if (around.includes(value)) return refuse('a value that contains itself', resolution);
  around.push(value);
  const resolved = Array.isArray(value)
    ? resolveElements(value, resolution)
    : resolveMembers(value as Readonly<Record<string, unknown>>, resolution);
  around.pop();
  return resolved;
}

function resolveElements(list: readonly unknown[], resolution: Resolution): Json[] {
  const { keys } = resolution;
  const elements: Json[] = [];
  for (let index = 0; index < list.length; index++) {
    keys.push(index);
    const value = resolveValue(list[index], resolution);
    keys.pop();
    if (value !== undefined) elements.push(value);
  }
  return elements;
}

function resolveMembers(members: Readonly<Record<string, unknown>>, resolution: Resolution): JsonObject {
  const { keys } = resolution;
  const object: Record<string, Json> = {};
  for (const key of Object.keys(members)) {
    keys.push(key);
    const value = resolveValue(members[key], resolution);
    keys.pop();
    if (value === undefined) continue;
    // Assigned, this one name would be swallowed; defined, the others would take three times as long.
    if (key === '__proto__') Object.defineProperty(object, key, { ...PLAIN, value });
    else object[key] = value;
  }
  return object;
}

const PLAIN = { enumerable: true, configurable: true, writable: true };

function refuse(what: string, resolution: Resolution, fix?: string): undefined {
  const place = formatPath(resolution.keys.reduce<Path | undefined>(child, undefined));
  const message = `${place}${resolution.step === undefined ? '' : ` of step ${resolution.step.name}`} is ${what}, which a definition cannot hold`;
  return fault({ code: 'not-json', severity: 'error', message, fix }, resolution);
}

function fault(diagnostic: Omit<Diagnostic, 'path'>, { faults, keys }: Resolution): undefined {
  faults.push({ ...diagnostic, keys: [...keys] });
}

function resolveNode(node: ExpressionNode, resolution: Resolution): Json | undefined {
  switch (node.kind) {
    case 'parameter':
      return getParameter(parameterName(node, resolution));
    case 'execution':
      return { Get: `Execution.${node.variable}` };
    case 'property':
      resolution.reads.add(node.step);
      return { Get: formatStepReference(node.step.name, node.path) };
    case 'propertyFile':
      resolution.reads.add(node.step);
      return {
        'Std:JsonGet': { PropertyFile: { Get: `Steps.${node.step.name}.PropertyFiles.${node.name}` }, Path: node.path },
      };
    case 'fileAt':
      return { 'Std:JsonGet': { S3Uri: joinOfUri(node.uri, resolution), Path: node.path } };
    case 'join':
      return resolveJoin(node, resolution);
    case 'quoted':
      return concatenation(quotedPieces(node.text, resolution));
    case 'environment':
      return node.of === 'region'
        ? resolution.world.region
        : late(node.of === 'bucket' ? ARTIFACT_BUCKET : EXECUTION_ROLE_ARN, resolution);
    case 'place':
      return concatenation(placePieces(node, resolution));
    case 'asset': {
      const asset = resolution.world.assets.find(node);
      if ('problem' in asset) return fault({ severity: 'error', ...asset.problem }, resolution);
      return concatenation(['s3://', late(ARTIFACT_BUCKET, resolution), `/${asset.key}`]);
    }
    case 'image': {
      const image = imageUri({ ...node, region: resolution.world.region });
      return 'uri' in image ? image.uri : fault({ severity: 'error', ...image.problem }, resolution);
    }
    case 'unsafe':
      return resolveValue(node.value, resolution);
  }
}

function parameterName(node: ParameterNode, resolution: Resolution): string {
  const { world, step } = resolution;
  const name = world.parameters.get(node);
  if (name !== undefined) return name;
  const declared = describeSite(node.site);
  const diagnostic: Omit<Diagnostic, 'path'> = {
    code: 'unlisted-parameter',
    severity: 'error',
    message: `${step === undefined ? 'The pipeline' : `Step ${step.name}`} uses a ${node.type} parameter that the pipeline does not list`,
    detail: declared === undefined ? undefined : `the parameter is made at ${declared}`,
    fix: 'add it to `parameters` of definePipeline',
  };
  fault(diagnostic, resolution);
  return '';
}

function late(name: string, { world }: Resolution): Json {
  world.lateBound.add(name);
  return getParameter(name);
}

function placePieces(node: { name: string; ofStep: boolean }, resolution: Resolution): Json[] {
  const name = posix.join('/', node.ofStep ? (resolution.step?.name ?? '') : '', node.name);
  return [
    's3://',
    late(ARTIFACT_BUCKET, resolution),
    '/',
    { Get: 'Execution.PipelineName' },
    '/',
    { Get: 'Execution.PipelineExecutionId' },
    name,
  ];
}

function resolveJoin(node: { separator: string; values: readonly unknown[] }, resolution: Resolution): Json {
  if (node.separator === '') {
    const pieces = mergePieces(node.values.flatMap((value) => piecesOf(value, resolution)));
    const [only] = pieces;
    // A join of one expression is a cast to text, which what is text already does not need.
    return pieces.length === 1 && isText(only!, resolution) ? only! : concatenation(pieces);
  }
  const values = node.values.map((value) => resolveValue(value, resolution) ?? null);
  if (values.every((value) => typeof value !== 'object')) return values.map(String).join(node.separator);
  return { 'Std:Join': { On: node.separator, Values: values } };
}

function isText(value: Json, { world }: Resolution): boolean {
  if (!isExpression(value) || typeof value['Get'] !== 'string') return typeof value === 'string';
  if (value['Get'].startsWith('Execution.')) return true;
  const name = /^Parameters\.(.*)$/.exec(value['Get'])?.[1];
  return name !== undefined && world.textParameters.has(name);
}

/** The pieces of a text: literals and expressions, with joins inside it spliced in. */
function piecesOf(value: unknown, resolution: Resolution): readonly Json[] {
  const node = nodeOf(value);
  if (node?.kind === 'join' && node.separator !== '') {
    return node.values.flatMap((inner, index) => [
      ...(index === 0 ? [] : [node.separator]),
      ...piecesOf(inner, resolution),
    ]);
  }
  const resolved = resolveValue(value, resolution) ?? '';
  if (typeof resolved !== 'object' || resolved === null) return [String(resolved)];
  const join = isObject(resolved) ? resolved['Std:Join'] : undefined;
  return isObject(join) && join['On'] === '' && Array.isArray(join['Values']) ? (join['Values'] as Json[]) : [resolved];
}

function quotedPieces(text: unknown, resolution: Resolution): Json[] {
  const pieces = piecesOf(text, resolution).map((piece) =>
    typeof piece === 'string' ? JSON.stringify(piece).slice(1, -1) : piece,
  );
  return mergePieces(['"', ...pieces, '"']);
}

/** AWS wants a join here even of one text, and none inside it. */
function joinOfUri(uri: unknown, resolution: Resolution): JsonObject {
  const resolved = resolveValue(uri, resolution) ?? '';
  if (isObject(resolved)) {
    const join = resolved['Std:Join'];
    const values = isObject(join) && Array.isArray(join['Values']) ? (join['Values'] as Json[]) : undefined;
    if (values !== undefined && !values.some((value) => isObject(value) && 'Std:Join' in value)) return resolved;
  }
  return { 'Std:Join': { On: '', Values: mergePieces(piecesOf(uri, resolution)) } };
}

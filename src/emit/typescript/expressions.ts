import type { Json, JsonObject } from '../../definition/document.ts';
import { type Expression, isExpression, isObject, mergePieces } from '../../definition/expression.ts';
import { parseReference } from '../../definition/reference.ts';
import { type Code, call, list, memberName, object, stringLiteral, text } from './code.ts';
import { hasOnly } from './members.ts';
import { type Module, tryWriting } from './module.ts';
import type { LeafType } from './place.ts';
import { type Written, writeReference } from './references.ts';

/** An expression of the document as an author writes it; `wanted` is the type where the expression itself has none. */
export function writeExpression(expression: Expression, wanted: LeafType, module: Module): Written {
  const written = writePlain(expression, wanted, module);
  if (written !== undefined) return written;
  // What the functions would put together in another way than the document has it.
  module.imports.add('unsafe');
  const [name, body] = Object.entries(expression)[0]!;
  const value = object([{ key: memberName(name), value: writeAny(body, module) }]);
  const why = `\`${name === 'Std:Join' ? 'join' : 'jsonGet'}\` would write this in another way`;
  return { code: call(`unsafe<${wanted}>`, [value]), type: wanted, why };
}

/** The same, fit for a place that wants a single value of a type. */
export function writeOfType(expression: Expression, wanted: LeafType, module: Module): Code {
  const { code, type } = writeExpression(expression, wanted, module);
  return type === wanted ? code : unsafe(wanted, code, module);
}

/** A value for a place that takes anything, with the expressions in it as an author writes them. */
export function writeAny(value: Json, module: Module): Code {
  if (isExpression(value)) {
    const { code, type } = writeExpression(value, 'string', module);
    return type === 'structure' ? unsafe('never', code, module) : code;
  }
  if (Array.isArray(value)) return list(value.map((element: Json) => ({ value: writeAny(element, module) })));
  if (typeof value === 'string') {
    const image = module.images.find(value);
    return image === undefined ? stringLiteral(value) : text(image);
  }
  if (!isObject(value)) return text(scalarText(value as number | boolean | null));
  return object(
    Object.entries(value).map(([name, member]) => ({
      key: memberName(name),
      value: roleIn(name, member, module) ?? writeAny(member, module),
    })),
  );
}

/** The constant of a role that several places take. */
export function roleIn(member: string, value: Json, { roles }: Module): Code | undefined {
  const role = member.endsWith('RoleArn') && typeof value === 'string' ? roles.get(value) : undefined;
  return role === undefined ? undefined : text(role);
}

/** A number, a truth value or null as a formatter writes it. */
export function scalarText(value: number | boolean | null): string {
  return Object.is(value, -0) ? '-0' : String(value).replace('e+', 'e');
}

/** A value with the type that its place wants. */
export function unsafe(type: string, code: Code, module: Module): Code {
  module.imports.add('unsafe');
  return call(`unsafe<${type}>`, [code]);
}

function writePlain(expression: Expression, wanted: LeafType, module: Module): Written | undefined {
  if (typeof expression['Get'] === 'string') return writeReference(expression['Get'], wanted, module);
  const { 'Std:Join': join, 'Std:JsonGet': jsonGet } = expression as JsonObject;
  if (isObject(join)) return writeJoin(join, module);
  return isObject(jsonGet) ? writeJsonGet(jsonGet, wanted, module) : undefined;
}

function writeJoin(body: JsonObject, module: Module): Written | undefined {
  const { On: separator, Values: values } = body;
  if (Object.keys(body).length !== 2 || typeof separator !== 'string' || !Array.isArray(values)) return undefined;
  const pieces = values as readonly Json[];
  if (!pieces.every((piece) => isScalar(piece) || isExpression(piece))) return undefined;
  if (separator !== '') {
    if (pieces.every(isScalar)) return undefined;
    module.imports.add('join');
    return {
      code: call('join', [stringLiteral(separator), ...pieces.map((piece) => pieceCode(piece, module))]),
      type: 'string',
    };
  }
  if (!isKeptByTag(pieces, module)) return undefined;
  const place = placeInPieces(pieces, module);
  if (place !== undefined) {
    module.imports.add('outputUri');
    return { code: call('outputUri', [stringLiteral(place)]), type: 'string' };
  }
  // A nested call would have to be laid out inside the template, which no formatter does.
  const inner = pieces.map((piece) => (typeof piece === 'string' ? templateText(piece) : flatPiece(piece, module)));
  if (inner.includes(undefined)) return undefined;
  module.imports.add('join');
  return { code: text(`join\`${inner.join('')}\``), type: 'string' };
}

/** Whether the tag gives these very pieces: it puts known neighbours together and leaves out what changes nothing. */
function isKeptByTag(pieces: readonly Json[], module: Module): boolean {
  if (pieces.length === 0 || pieces.some((piece) => isScalar(piece) && typeof piece !== 'string')) return false;
  if (pieces.some((piece) => isObject(piece) && 'Std:Join' in piece)) return false;
  if (mergePieces(pieces).length !== pieces.length) return false;
  const [only] = pieces;
  return pieces.length > 1 || (isObject(only) && !isText(only, module));
}

/** Whether an expression is text already, so that it is not cast to text. */
function isText(expression: JsonObject, module: Module): boolean {
  if (typeof expression['Get'] !== 'string') return false;
  const reference = parseReference(expression['Get']);
  if (reference.root === 'Execution') return true;
  if (reference.root !== 'Parameters') return false;
  return module.lateBound.has(reference.name) || module.parameters.get(reference.name)?.type === 'String';
}

/** Whether a value is one that `arguments` of a processor gives when it makes it a text. */
export function isArgument(value: Json, module: Module): boolean {
  if (typeof value === 'string') return true;
  if (!isExpression(value)) return false;
  if (isText(value, module)) return true;
  const join = (value as JsonObject)['Std:Join'];
  if (!isObject(join) || join['On'] !== '') return false;
  const written = tryWriting(
    module,
    () => writeJoin(join, module),
    () => false,
  );
  return written !== undefined;
}

/** An element of `arguments` of a processor, which is made a text in any case. */
export function writeArgument(value: Json, module: Module): Code {
  const join = isObject(value) ? value['Std:Join'] : undefined;
  const [only, ...more] = isObject(join) ? (join['Values'] as readonly Json[]) : [];
  return pieceCode(isExpression(only) && more.length === 0 ? only : value, module);
}

/** What `outputUri` was given, when it gives this value. */
export function placeName(value: Json, module: Module): string | undefined {
  const join = isObject(value) ? value['Std:Join'] : undefined;
  if (!isObject(join) || !hasOnly(join, ['On', 'Values']) || join['On'] !== '') return undefined;
  return Array.isArray(join['Values']) ? placeInPieces(join['Values'], module) : undefined;
}

function placeInPieces(pieces: readonly Json[], { lateBound }: Module): string | undefined {
  const name = pieces.at(-1);
  if (typeof name !== 'string' || !/^\/[^/.][^/]*(?:\/[^/.][^/]*)*$/.test(name) || pieces.length !== 7)
    return undefined;
  const wanted = [
    's3://',
    'Parameters.ArtifactBucket',
    '/',
    'Execution.PipelineName',
    '/',
    'Execution.PipelineExecutionId',
  ];
  const found = pieces.slice(0, -1).map((piece) => (isObject(piece) ? piece['Get'] : piece));
  return lateBound.has('ArtifactBucket') && found.every((piece, index) => piece === wanted[index])
    ? name.slice(1)
    : undefined;
}

function pieceCode(piece: Json, module: Module): Code {
  if (!isExpression(piece)) return writeAny(piece, module);
  const { code, type } = writeExpression(piece, 'string', module);
  return type === 'Date' || type === 'structure' ? unsafe('string', code, module) : code;
}

function flatPiece(piece: Json, module: Module): string | undefined {
  const { flat } = pieceCode(piece, module);
  return flat === undefined ? undefined : `\${${flat}}`;
}

function isScalar(piece: Json): boolean {
  return typeof piece === 'string' || typeof piece === 'number' || typeof piece === 'boolean';
}

function templateText(piece: string): string {
  return JSON.stringify(piece)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll('`', '\\`')
    .replaceAll('${', '\\${')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function writeJsonGet(body: JsonObject, wanted: LeafType, module: Module): Written | undefined {
  const { Path: path, PropertyFile: file, S3Uri: uri } = body;
  if (Object.keys(body).length !== 2 || typeof path !== 'string') return undefined;
  const source = isObject(file) ? propertyFile(file, module) : isObject(uri) ? fileAt(uri, module) : undefined;
  if (source === undefined) return undefined;
  // A file holds no dates.
  const type = wanted === 'Date' ? 'string' : wanted;
  module.imports.add('jsonGet');
  return { code: call(`jsonGet<${type}>`, [source, stringLiteral(path)]), type };
}

function propertyFile(file: JsonObject, { steps }: Module): Code | undefined {
  const { Get: get } = file;
  const found = typeof get === 'string' ? /^Steps\.([^.[\]]+)\.PropertyFiles\.(.+)$/s.exec(get) : null;
  const step = found === null ? undefined : steps.get(found[1]!);
  if (step === undefined || Object.keys(file).length !== 1 || !step.propertyFiles.has(found![2]!)) return undefined;
  return text(`${step.identifier}.propertyFile(${stringLiteral(found![2]!).flat})`);
}

/** AWS takes a join here, which is kept as it is unless a join stands inside it. */
function fileAt(uri: JsonObject, module: Module): Code | undefined {
  const body = uri['Std:Join'];
  if (Object.keys(uri).length !== 1 || !isObject(body) || !Array.isArray(body['Values'])) return undefined;
  if (Object.keys(body).length !== 2) return undefined;
  const values = body['Values'] as readonly Json[];
  if (values.some((value) => isObject(value) && 'Std:Join' in value)) return undefined;
  const [only] = values;
  const isOneText = body['On'] === '' && values.length === 1 && typeof only === 'string' && only !== '';
  const isOneExpression = body['On'] === '' && values.length === 1 && isExpression(only);
  const code = isOneText
    ? stringLiteral(only)
    : isOneExpression
      ? pieceCode(only, module)
      : writeJoin(body, module)?.code;
  return code && object([{ key: 's3Uri', value: code }]);
}

/** One step of a path: into members, into all of them, or into elements of a list. */
export type JsonPathStep =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'all' }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | { readonly kind: 'range'; readonly from?: number; readonly to?: number };

/** A filter of a batch transform job, from the record downwards; no step at all is the record itself. */
export type JsonPath = readonly JsonPathStep[];

/** What a filter's text says, or why AWS does not take it. */
type JsonPathReading = { readonly path: JsonPath } | { readonly problem: string };

/** The content types that filters and joins know. */
export const FILTERED_TYPES = ['text/csv', 'application/json', 'application/jsonlines'] as const;

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataProcessing.html
const LENGTH_AT_MOST = 63;
const OPERATORS = ['$', '[', ']', '*', '.', ' ', ',', ':', '-', "'"];
const NAME = /^[A-Za-z0-9 -]+$/;

class Problem extends Error {}

/**
 * Reads an `InputFilter` or `OutputFilter`: the part of JSONPath that Batch Transform knows, with AWS's words where it is
 * known to refuse. https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
 *
 * @example readJsonPath("$['id','SageMakerOutput']", { member: 'OutputFilter', contentType: 'application/jsonlines' })
 */
export function readJsonPath(
  text: string,
  { member, contentType }: { readonly member: string; readonly contentType?: string | undefined },
): JsonPathReading {
  try {
    if (text.length > LENGTH_AT_MOST) {
      throw new Problem(`Invalid ${member}: it has ${text.length} characters, ${LENGTH_AT_MOST} are allowed`);
    }
    if (text === '') return { path: [] };
    if (!text.startsWith('$')) throw new Problem(`Invalid ${member}: "${text}". A path begins with $`);
    const strange = Array.from(text).find(
      (character) => !/[A-Za-z0-9]/.test(character) && !OPERATORS.includes(character),
    );
    if (strange !== undefined) {
      const type = contentType ?? 'application/json';
      const operators = OPERATORS.map((operator) => `'${operator}'`).join(', ');
      throw new Problem(
        `Invalid ${member}: "${text}". Unexpected "${strange}" in JsonPath. Supported operators for "${type}" are [${operators}]`,
      );
    }
    const path = steps(text, member);
    if (contentType === 'text/csv') refuseWhatRowsLack(text, member, path);
    return { path };
  } catch (error) {
    if (error instanceof Problem) return { problem: error.message };
    throw error;
  }
}

/**
 * The positions that a step selects from a list of this length; undefined for an index outside it.
 *
 * AWS's page says in prose that a range includes its end and cites a library that does not include it: the library's
 * reading is taken, here and nowhere else.
 */
export function positionsOf(
  step: Exclude<JsonPathStep, { kind: 'names' }>,
  length: number,
): readonly number[] | undefined {
  if (step.kind === 'indexes') {
    const positions = step.indexes.map((index) => (index < 0 ? length + index : index));
    return positions.every((position) => position >= 0 && position < length) ? positions : undefined;
  }
  const place = (index: number) => Math.max(0, Math.min(length, index < 0 ? length + index : index));
  const from = step.kind === 'all' ? 0 : place(step.from ?? 0);
  const to = step.kind === 'all' ? length : place(step.to ?? length);
  return Array.from({ length: Math.max(0, to - from) }, (_, offset) => from + offset);
}

function steps(text: string, member: string): JsonPath {
  const found: JsonPathStep[] = [];
  let at = 1;
  while (at < text.length) {
    const rest = text.slice(at);
    // The page shows a dot before a bracket as supported: `$.field1.['child1','child2']`.
    const bracket = /^\.?\[([^\]]*)\]/.exec(rest);
    const name = /^\.([A-Za-z0-9 -]+|\*)/.exec(rest);
    const match = bracket ?? name;
    if (match === null) throw new Problem(`Invalid ${member}: "${text}". Unexpected "${rest}" in JsonPath`);
    const inside = match[1]!.trim();
    if (bracket !== null) found.push(selector(inside, text, member));
    else found.push(inside === '*' ? { kind: 'all' } : { kind: 'names', names: [inside] });
    at += match[0].length;
  }
  return found;
}

function selector(inside: string, text: string, member: string): JsonPathStep {
  if (inside === '*') return { kind: 'all' };
  const parts = inside.split(',').map((part) => part.trim());
  if (inside.includes("'")) return { kind: 'names', names: parts.map((part) => quotedName(part, text, member)) };
  if (inside.includes(':')) return range(inside, text, member);
  if (parts.every((part) => /^-?\d+$/.test(part))) return { kind: 'indexes', indexes: parts.map(Number) };
  throw new Problem(`Invalid ${member}: "${text}". [${inside}] is neither indexes, a range, names in quotes nor *`);
}

function quotedName(part: string, text: string, member: string): string {
  const name = /^'([^']*)'$/.exec(part)?.[1];
  if (name !== undefined && NAME.test(name)) return name;
  const why = name?.includes('.') === true ? 'names within brackets cannot be nested' : 'a name is letters and digits';
  throw new Problem(`Invalid ${member}: "${text}". ${name ?? part} is not a name: ${why}`);
}

function range(inside: string, text: string, member: string): JsonPathStep {
  if (inside.includes(',')) {
    throw new Problem(
      `Invalid JsonPath: ${text}: only single range filters of format (eg: [1:5]) are supported. Format [${inside}] is not supported`,
    );
  }
  const [, from, to] = /^(-?\d+)?\s*:\s*(-?\d+)?$/.exec(inside) ?? [];
  if (from === undefined && to === undefined) {
    throw new Problem(`Invalid ${member}: "${text}". [${inside}] is not a range: [1:5], [1:] and [:5] are`);
  }
  // The library counts both ends from the same side; from one side to the other it finds nothing, or wraps around.
  if (from !== undefined && to !== undefined && from.startsWith('-') !== to.startsWith('-')) {
    throw new Problem(`Invalid ${member}: "${text}". [${inside}] counts its ends from different sides`);
  }
  return {
    kind: 'range',
    ...(from === undefined ? {} : { from: Number(from) }),
    ...(to === undefined ? {} : { to: Number(to) }),
  };
}

/** A row of CSV is a list of texts: it has no names and nothing within its elements. */
function refuseWhatRowsLack(text: string, member: string, path: JsonPath): void {
  if (path.length <= 1 && path.every(({ kind }) => kind !== 'names')) return;
  throw new Problem(`Invalid ${member}: "${text}". A row of text/csv has only indexes: $[0], $[1,3], $[1:], $[-1]`);
}

import { IMAGE_MEMBERS } from '../../aws/image-uri.ts';
import type { Json, PipelineDocument, StepDocument } from '../../definition/document.ts';
import { isExpression, isObject } from '../../definition/expression.ts';
import { parseReference } from '../../definition/reference.ts';
import { walkSteps } from '../../definition/walk.ts';

/** What the jobs of a document touch, as far as it is known before a run. */
export interface Places {
  /** `bucket/beginning of keys` of everything in S3, what is written included: later steps read it. */
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  /** Images by their URIs; an image that only a run knows is `undefined`. */
  readonly images: ReadonlySet<string | undefined>;
  readonly keys: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  readonly hasNetwork: boolean;
}

/** Members under which a job writes. */
const WRITTEN = /Output|Destination|Checkpoint|DebugHook|Profiler/;
const ROLES: ReadonlySet<string> = new Set(['RoleArn', 'ExecutionRoleArn', 'JobFlowRole', 'ServiceRole']);

/** What texts are read with. */
export interface Known {
  readonly document: PipelineDocument;
  /** What the pipeline's name is written as. */
  readonly name: string;
}

/** Looks through the arguments of all steps. */
export function placesOf(known: Known): Places {
  const [reads, writes, keys, roles] = [new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()];
  const images = new Set<string | undefined>();
  let hasNetwork = false;
  const look = (value: Json, name: string, isWritten: boolean): void => {
    if (typeof value === 'string' || isExpression(value)) {
      const { text, isWhole } = knownText(value, known);
      const place =
        /^"?s3:\/\/([^/"]+\/[^"]*)/.exec(text)?.[1] ?? (isWhole ? /^"?s3:\/\/([^/"]+)/.exec(text)?.[1] : '');
      if (place !== undefined && place !== '') {
        reads.add(place);
        if (isWritten) writes.add(place);
      }
      if (IMAGE_MEMBERS.has(name)) images.add(isWhole ? text : undefined);
      if (name.includes('KmsKey') && isWhole && text !== '') keys.add(text);
      if (ROLES.has(name) && isWhole && text !== '') roles.add(text);
    } else if (Array.isArray(value)) {
      for (const element of value as readonly Json[]) look(element, name, isWritten);
    } else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) {
        hasNetwork ||= key === 'VpcConfig' && isObject(member);
        look(member, key, isWritten || WRITTEN.test(key));
      }
    }
  };
  for (const { step } of walkSteps(known.document)) if (step.Type !== 'Condition') look(step.Arguments, '', false);
  return { reads, writes, images, keys, roles, hasNetwork };
}

/** The text of a member of a step, or of one of its arguments, if it is known; parameters count with their defaults. */
export function memberText(step: StepDocument, name: string, known: Known): string | undefined {
  const value = step.Arguments[name] ?? (step as unknown as Readonly<Record<string, Json>>)[name];
  if (typeof value !== 'string' && !isExpression(value)) return undefined;
  const { text, isWhole } = knownText(value, known);
  return isWhole ? text : undefined;
}

/** The beginning of a text up to what only a run knows. */
function knownText(value: Json, known: Known): { readonly text: string; readonly isWhole: boolean } {
  if (!isExpression(value)) return { text: typeof value === 'string' ? value : JSON.stringify(value), isWhole: true };
  const join = value['Std:Join'];
  if (isObject(join) && Array.isArray(join['Values'])) {
    const separator = typeof join['On'] === 'string' ? join['On'] : '';
    let text = '';
    for (const [index, piece] of (join['Values'] as readonly Json[]).entries()) {
      const read = knownText(piece, known);
      text += `${index === 0 ? '' : separator}${read.text}`;
      if (!read.isWhole) return { text, isWhole: false };
    }
    return { text, isWhole: true };
  }
  const reference = typeof value['Get'] === 'string' ? parseReference(value['Get']) : undefined;
  if (reference?.root === 'Execution' && reference.variable === 'PipelineName')
    return { text: known.name, isWhole: true };
  if (reference?.root !== 'Parameters') return { text: '', isWhole: false };
  const fallback = known.document.Parameters?.find(({ Name }) => Name === reference.name)?.DefaultValue;
  return fallback === undefined ? { text: '', isWhole: false } : { text: String(fallback), isWhole: true };
}

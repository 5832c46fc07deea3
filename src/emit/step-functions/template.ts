import { createHash } from 'node:crypto';

import type { Diagnostic } from '../../definition/diagnostic.ts';
import type { Json, JsonObject, StepDocument } from '../../definition/document.ts';
import { type Expression, elementsOf, isExpression, isObject } from '../../definition/expression.ts';
import { type Path, child, formatPath } from '../../definition/path.ts';
import { type Reference, type Segment, parseReference } from '../../definition/reference.ts';

/** A value of a state's template: plain JSON, or something that Step Functions computes. */
type TemplateValue = { readonly literal: Json } | { readonly computed: string };

/** What the values of a machine are written with. */
export interface Scope {
  /** The steps by name: what a reference to a named output means is written in them. */
  readonly steps: ReadonlyMap<string, StepDocument>;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** What the service knows of an execution, where Step Functions has the same. */
const EXECUTION: Readonly<Record<string, string>> = {
  PipelineExecutionId: '$$.Execution.Name',
  PipelineExecutionArn: '$$.Execution.Id',
  PipelineName: '$$.StateMachine.Name',
  PipelineArn: '$$.StateMachine.Id',
  StartDateTime: '$$.Execution.StartTime',
  CurrentDateTime: '$$.State.EnteredTime',
};

/**
 * A template for the members of a state: expressions become members that end in `.$`, as the States Language marks
 * what is computed.
 */
export function templateOf(value: Json, path: Path | undefined, scope: Scope): TemplateValue {
  if (isExpression(value)) return { computed: computedOf(value, path, scope) };
  if (Array.isArray(value)) return templateOfList(value as readonly Json[], path, scope);
  if (!isObject(value)) return { literal: value };
  const members: Record<string, Json> = {};
  for (const [name, member] of Object.entries(value)) {
    const written = templateOf(member, child(path, name), scope);
    if ('literal' in written) members[name] = written.literal;
    else members[`${name}.$`] = written.computed;
  }
  return { literal: members };
}

/** The members of an object as a template. */
export function membersOf(value: JsonObject, path: Path | undefined, scope: Scope): Record<string, Json> {
  const written = templateOf(value, path, scope);
  return 'literal' in written ? (written.literal as Record<string, Json>) : {};
}

// The States Language marks members, not elements: a list with a computed value in it is computed as a whole.
function templateOfList(list: readonly Json[], path: Path | undefined, scope: Scope): TemplateValue {
  const elements = list.map((element, index) => templateOf(element, child(path, index), scope));
  if (elements.every((element) => 'literal' in element)) return { literal: elements.map(({ literal }) => literal) };
  const words = elements.map((element, index) => {
    if ('computed' in element) return element.computed;
    if (typeof element.literal !== 'object') return argumentOf(element.literal);
    scope.report(
      unsupported(child(path, index), 'A list of objects and computed values', 'Step Functions can compute either'),
    );
    return 'null';
  });
  return { computed: `States.Array(${words.join(', ')})` };
}

/** An expression as a path or an intrinsic function. */
export function computedOf(expression: Expression, path: Path | undefined, scope: Scope): string {
  if ('Std:Join' in expression) return joinOf(expression['Std:Join'] as JsonObject, path, scope);
  if ('Std:JsonGet' in expression) return jsonGetOf(expression['Std:JsonGet'] as JsonObject, path, scope);
  const text = expression['Get'];
  const reference = parseReference(text);
  switch (reference.root) {
    case 'Parameters':
      return `$.Parameters${bracket(reference.name)}`;
    case 'Execution': {
      const known = EXECUTION[reference.variable];
      if (known !== undefined) return known;
      scope.report(unsupported(path, `Execution.${reference.variable}`, 'Step Functions has nothing like it'));
      return '$$.Execution.Name';
    }
    case 'Steps': {
      refuseUnanswered(text, reference, path, scope);
      const found = `$.Steps${bracket(reference.step)}${propertyPath(reference.step, reference.path, path, scope)}`;
      return found.includes('[?(') ? `States.ArrayGetItem(${found}, 0)` : found;
    }
    default:
      scope.report(unsupported(path, text, 'Step Functions has nothing like it'));
      return '$$.Execution.Name';
  }
}

/** What a call answers, where that is less than AWS would describe: only jobs and endpoints are looked at. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  Model: ['ModelArn', 'ModelName'],
  RegisterModel: ['ModelPackageArn'],
  EndpointConfig: ['EndpointConfigArn', 'EndpointConfigName'],
  EMR: ['Id', 'Status'],
};

function refuseUnanswered(
  text: string,
  { step, path: segments }: Extract<Reference, { root: 'Steps' }>,
  path: Path | undefined,
  { steps, report }: Scope,
): void {
  const type = steps.get(step)?.Type ?? '';
  const answers = Object.hasOwn(ANSWERS, type) ? ANSWERS[type] : undefined;
  const [first] = segments;
  if (answers === undefined || (first !== undefined && 'member' in first && answers.includes(first.member))) return;
  const known = `Step Functions keeps what the call answers: ${answers.join(', ')}`;
  report(unsupported(path, text, known));
}

function joinOf(join: JsonObject, path: Path | undefined, scope: Scope): string {
  const { text, holes } = formatOf(join, path, scope);
  return `States.Format('${text}'${holes.map((hole) => `, ${hole}`).join('')})`;
}

interface Format {
  readonly text: string;
  /** What the braces in it stand for. */
  readonly holes: readonly string[];
}

/** A join in a join is one text with it: intrinsic functions nest ten deep. */
function formatOf({ On: on, Values: values }: JsonObject, path: Path | undefined, scope: Scope): Format {
  const separator = typeof on === 'string' ? on : '';
  const holes: string[] = [];
  const texts = elementsOf(values).map((piece, index): string => {
    if (!isExpression(piece)) return escapeText(typeof piece === 'string' ? piece : JSON.stringify(piece));
    const inner = piece['Std:Join'];
    if (!isObject(inner)) {
      holes.push(computedOf(piece, child(path, index), scope));
      return '{}';
    }
    const within = formatOf(inner, child(path, index), scope);
    holes.push(...within.holes);
    return within.text;
  });
  return { text: texts.join(escapeText(separator)), holes };
}

/** A place may be the name of a state. */
const LONGEST_PLACE = 80;

/** Where a file that a state has read before this one lies in the machine's data; no other file lies there. */
export function filePlace(get: JsonObject): string {
  const file = get['PropertyFile'] ?? get['S3Uri'];
  const text =
    isObject(file) && typeof file['Get'] === 'string' ? file['Get'].replace(/^Steps\./, '') : JSON.stringify(file);
  const place = `file ${text.replaceAll(/[^\w.-]+/g, ' ').trim()}`;
  if (place === `file ${text}` && place.length <= LONGEST_PLACE) return place;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return `${place.slice(0, LONGEST_PLACE - digest.length - 1)} ${digest}`;
}

function jsonGetOf(get: JsonObject, path: Path | undefined, scope: Scope): string {
  const place = `$.Steps${bracket(filePlace(get))}.value`;
  const inside = get['Path'];
  if (typeof inside !== 'string') return place;
  const segments = segmentsOf(inside);
  if (segments !== undefined) return place + segments.map(segmentText).join('');
  scope.report(unsupported(path, `The path ${inside}`, 'only member names and positions are understood'));
  return place;
}

/** The parts of `a.b[0]["c"]`. */
function segmentsOf(path: string): Segment[] | undefined {
  const segments: Segment[] = [];
  const pattern = /\.?([\w-]+)|\[(\d+)\]|\[(["'])(.*?)\3\]/y;
  const text = path.replace(/^\$\.?/, '');
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return undefined;
    if (found[2] !== undefined) segments.push({ index: Number(found[2]) });
    else segments.push({ key: found[4] ?? found[1]! });
  }
  return segments;
}

/** Lists that are read by the name of an element, and the member that holds that name. */
const NAMED: Readonly<Record<string, { readonly name: string; readonly declared: readonly string[] | undefined }>> = {
  Outputs: { name: 'OutputName', declared: ['ProcessingOutputConfig', 'Outputs'] },
  ProcessingInputs: { name: 'InputName', declared: ['ProcessingInputs'] },
  InputDataConfig: { name: 'ChannelName', declared: ['InputDataConfig'] },
  FinalMetricDataList: { name: 'MetricName', declared: undefined },
};

function propertyPath(step: string, segments: readonly Segment[], path: Path | undefined, scope: Scope): string {
  let text = '';
  for (const [at, segment] of segments.entries()) {
    const before = segments[at - 1];
    const list = before !== undefined && 'member' in before ? NAMED[before.member] : undefined;
    if (list === undefined || !('key' in segment)) {
      text += segmentText(segment);
      continue;
    }
    const index =
      list.declared === undefined ? undefined : declaredIndex(step, list.declared, list.name, segment.key, scope);
    if (index !== undefined) {
      text += `[${index}]`;
      continue;
    }
    if (list.declared !== undefined) {
      scope.report(unsupported(path, `"${segment.key}" of step ${step}`, 'the step declares nothing of that name'));
    }
    // A search gives a list of what it finds.
    const rest = segments
      .slice(at + 1)
      .map(segmentText)
      .join('');
    return `${text}[?(@.${list.name} == '${segment.key}')]${rest}`;
  }
  return text;
}

function declaredIndex(
  step: string,
  where: readonly string[],
  member: string,
  name: string,
  scope: Scope,
): number | undefined {
  let list: Json | undefined = scope.steps.get(step)?.Arguments;
  for (const key of where) list = isObject(list) ? list[key] : undefined;
  const index = Array.isArray(list)
    ? (list as Json[]).findIndex((each) => isObject(each) && each[member] === name)
    : -1;
  return index < 0 ? undefined : index;
}

function segmentText(segment: Segment): string {
  if ('index' in segment) return `[${segment.index}]`;
  return bracket('member' in segment ? segment.member : segment.key);
}

/** A member of the machine's data. */
export function bracket(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `['${name.replaceAll("'", String.raw`\'`)}']`;
}

/** A literal as an argument of an intrinsic function. */
function argumentOf(literal: string | number | boolean | null): string {
  return typeof literal === 'string' ? `'${escapeText(literal)}'` : String(literal);
}

function escapeText(text: string): string {
  return text.replaceAll(/[\\'{}]/g, String.raw`\$&`);
}

/** What a pipeline can say and a state machine cannot. */
export function unsupported(path: Path | undefined, what: string, why: string): Diagnostic {
  return {
    code: 'no-counterpart',
    severity: 'error',
    message: `${what} has no counterpart in Step Functions`,
    path: formatPath(path),
    detail: why,
  };
}

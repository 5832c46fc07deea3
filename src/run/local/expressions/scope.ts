import type { Json, JsonObject, ParameterValue, PipelineDocument } from '../../../definition/document.ts';
import { PipelineError } from '../../../definition/error.ts';
import { isObject } from '../../../definition/expression.ts';
import { type Segment, parseReference } from '../../../definition/reference.ts';
import { didYouMean } from '../../../definition/suggest.ts';
import { firstOpen, fold } from './fold.ts';
import { readPath } from './json-path.ts';

/** What `Execution.…` stands for in the whole run; names of jobs are known to their own step alone. */
export type ExecutionVariables = Readonly<Record<string, string>>;

/** All that expressions of a run can refer to. */
export interface Scope {
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly execution: ExecutionVariables;
  readonly experiment: JsonObject;
  readonly now: () => Date;
  /** What AWS would describe a finished step as; undefined for a step that has not ended well. */
  readonly stepProperties: (step: string) => Json | undefined;
  /** The JSON that a property file of a finished step holds. */
  readonly propertyFile: (step: string, name: string) => Promise<Json>;
  readonly jsonAt: (s3Uri: string) => Promise<Json>;
}

/** What is known before any step has run. */
export function foldBefore(value: Json, scope: Pick<Scope, 'parameters' | 'execution' | 'experiment'>): Json {
  return fold(value, ({ Get: text }) => {
    if (typeof text !== 'string') return undefined;
    const reference = parseReference(text);
    if (reference.root === 'Parameters') return scope.parameters[reference.name];
    if (reference.root === 'Execution') return scope.execution[reference.variable];
    if (reference.root === 'PipelineExperimentConfig') return scope.experiment[reference.member];
    return undefined;
  });
}

/** A value with every expression replaced; one that stands for nothing is an error. */
export async function evaluate(value: Json, scope: Scope, own: ExecutionVariables = {}): Promise<Json> {
  const files = new Map<string, Json>();
  const lookup = (expression: JsonObject): Json | undefined => {
    if (typeof expression['Get'] === 'string') return valueOf(expression['Get'], scope, own);
    return files.get(JSON.stringify(expression));
  };
  // A JsonGet may stand in a join; each round reads one file and knows more.
  let folded = fold(value, lookup);
  for (let open = firstOpen(folded); open !== undefined; open = firstOpen(folded)) {
    const jsonGet = innermost(open);
    const read = await readJsonGet(jsonGet, scope);
    // Also because what a file holds may itself look like an expression.
    if (typeof read === 'object') throw badJsonGet(jsonGet, 'it leads to no text, number or truth value');
    files.set(JSON.stringify(jsonGet), read);
    folded = fold(folded, lookup);
  }
  return folded;
}

/** The JsonGet in an expression that is open because of it. */
function innermost(open: JsonObject): JsonObject {
  if ('Std:JsonGet' in open) return open;
  const inner = isObject(open['Std:Join']) ? firstOpen(Object.values(open['Std:Join'])) : undefined;
  return inner === undefined ? open : innermost(inner);
}

async function readJsonGet(expression: JsonObject, scope: Scope): Promise<Json> {
  const body = expression['Std:JsonGet'];
  const { PropertyFile: file, S3Uri: uri, Path: path } = isObject(body) ? body : {};
  if (typeof path !== 'string') throw badJsonGet(expression, 'its Path is no text');
  if (typeof uri === 'string') return readPath(await scope.jsonAt(uri), path, uri);
  const [, step, name] = /^Steps\.([^.[\]]+)\.PropertyFiles\.(.+)$/.exec(propertyFileOf(file)) ?? [];
  if (step === undefined || name === undefined) throw badJsonGet(expression, 'it names no property file and no S3Uri');
  return readPath(await scope.propertyFile(step, name), path, `the property file ${name} of ${step}`);
}

function propertyFileOf(file: Json | undefined): string {
  const text = isObject(file) ? file['Get'] : file;
  return typeof text === 'string' ? text : '';
}

function badJsonGet(expression: JsonObject, detail: string): PipelineError {
  return new PipelineError('failed', 'bad-json-get', `A Std:JsonGet cannot be read: ${detail}`, {
    detail: JSON.stringify(expression),
  });
}

function valueOf(text: string, scope: Scope, own: ExecutionVariables): Json {
  const reference = parseReference(text);
  switch (reference.root) {
    case 'Parameters':
      return (
        scope.parameters[reference.name] ??
        unknown(text, 'the pipeline declares no such parameter', didYouMean(reference.name, keys(scope.parameters)))
      );
    case 'Execution': {
      if (reference.variable === 'CurrentDateTime') return scope.now().toISOString();
      const variables = { ...scope.execution, ...own };
      return (
        variables[reference.variable] ??
        unknown(text, 'nothing of that name is known here', didYouMean(reference.variable, keys(variables)))
      );
    }
    case 'PipelineExperimentConfig':
      return scope.experiment[reference.member] ?? unknown(text, 'the pipeline has no experiment', undefined);
    case 'Steps': {
      const properties = scope.stepProperties(reference.step);
      if (properties === undefined) return unknown(text, `${reference.step} has not ended well`, undefined);
      return propertyAt(properties, reference.path, text);
    }
    case 'unknown':
      return unknown(text, 'it is no reference', undefined);
  }
}

/** Lists that AWS lets be addressed by a name too, and the member that holds it. */
const NAMES = ['OutputName', 'InputName', 'MetricName', 'ChannelName', 'Name'] as const;

function propertyAt(properties: Json, path: readonly Segment[], text: string): Json {
  let value: Json | undefined = properties;
  for (const segment of path) {
    const around: Json = value;
    value = step(around, segment);
    if (value === undefined) {
      const wanted = 'member' in segment ? segment.member : 'key' in segment ? segment.key : String(segment.index);
      const names = namesIn(around);
      const detail = names.length === 0 ? 'there is nothing below' : `there is: ${names.join(', ')}`;
      return unknown(text, `"${wanted}" is not known on this machine; ${detail}`, didYouMean(wanted, names));
    }
  }
  return value;
}

function step(value: Json, segment: Segment): Json | undefined {
  if ('index' in segment) return Array.isArray(value) ? (value as readonly Json[])[segment.index] : undefined;
  const key = 'member' in segment ? segment.member : segment.key;
  if (isObject(value)) return Object.hasOwn(value, key) ? value[key] : undefined;
  if (!Array.isArray(value)) return undefined;
  return (value as readonly Json[]).find((each) => isObject(each) && NAMES.some((name) => each[name] === key));
}

function namesIn(value: Json): string[] {
  if (isObject(value)) return Object.keys(value);
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).flatMap((each) => {
    if (!isObject(each)) return [];
    const name = NAMES.map((member) => each[member]).find((found) => typeof found === 'string');
    return name === undefined ? [] : [name];
  });
}

function keys(value: object): string[] {
  return Object.keys(value);
}

function unknown(text: string, detail: string, fix: string | undefined): never {
  throw new PipelineError('failed', 'unknown-value', `{"Get": "${text}"} stands for nothing`, { detail, fix });
}

/** The experiment of a run: what the document names it, with what is known at the start. */
export function experimentOf(
  { PipelineExperimentConfig: config }: PipelineDocument,
  scope: Pick<Scope, 'parameters' | 'execution'>,
): JsonObject {
  if (!isObject(config)) return {};
  return foldBefore(config, { ...scope, experiment: {} }) as JsonObject;
}

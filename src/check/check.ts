import { originOf } from '../definition/assembly.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import type { JsonObject, PipelineDocument } from '../definition/document.ts';
import { isObject } from '../definition/expression.ts';
import { graphOf } from '../definition/graph.ts';
import { readDocument } from '../definition/parse.ts';
import { child, formatPath } from '../definition/path.ts';
import { parseReference } from '../definition/reference.ts';
import { didYouMean } from '../definition/suggest.ts';
import {
  type ExpressionPlace,
  type StepPlace,
  walkExpressions,
  walkStepExpressions,
  walkSteps,
} from '../definition/walk.ts';
import { requests } from './arguments.ts';
import { conditions } from './conditions.ts';
import { jobs } from './jobs/jobs.ts';
import { documentMembers, experiment, size } from './document.ts';
import { failMessage } from './fail.ts';
import { functions } from './functions.ts';
import { duplicateNames, names } from './names.ts';
import { caching, siblings } from './options.ts';
import { byPlace } from './order.ts';
import { sharedOutputs } from './outputs.ts';
import { parameters, unusedParameters } from './parameters.ts';
import { declaredFiles, fileRead, propertyFileOutputs, propertyFiles } from './property-files.ts';
import { references } from './references.ts';
import { retryPolicies } from './retries.ts';
import type { DocumentRule, ExpressionRule, Fault, ParameterPlace, StepRule, Subject } from './rule.ts';
import { duplicateSteps, failDependedOn, stepCycles, unknownSteps } from './steps.ts';

const DOCUMENT_RULES: readonly DocumentRule[] = [
  documentMembers,
  size,
  experiment,
  parameters,
  unusedParameters,
  unknownSteps,
  stepCycles,
  failDependedOn,
  propertyFileOutputs,
  sharedOutputs,
];
const STEP_RULES: readonly StepRule[] = [
  duplicateSteps,
  names,
  duplicateNames,
  siblings,
  caching,
  retryPolicies,
  propertyFiles,
  conditions,
  failMessage,
  requests,
  jobs,
];
const EXPRESSION_RULES: readonly ExpressionRule[] = [functions, declaredFiles, references];

/**
 * Every fault in a document that can be seen without AWS, in the order of the document. With `origins` a fault says
 * where the author wrote it. Any JSON value is taken: what is no pipeline definition at all is a fault like others.
 *
 * @example check(assembly.definition, assembly.origins)
 */
export function check(document: PipelineDocument, origins: Readonly<Record<string, string>> = {}): Diagnostic[] {
  const shape = readDocument(document).diagnostics;
  if (!isObject(document)) return [...shape];
  const read: Read = { parameters: new Set(), files: new Set() };
  const faults = byPlace(document, once(faultsOf(subjectOf(document, read), read)));
  const lineOf = lineFinder(origins);
  return [
    ...shape.map((fault) => ({ ...fault, at: lineOf(fault.path ?? '') })),
    ...faults.map(({ place, origin, ...fault }): Diagnostic => {
      const path = formatPath(place) || '$';
      return { ...fault, path, at: lineOf(origin === undefined ? path : formatPath(origin)) };
    }),
  ];
}

/** The author's line for a path. What is beneath the deepest that the author wrote is not looked at. */
function lineFinder(origins: Readonly<Record<string, string>>): (path: string) => string | undefined {
  const longest = Object.keys(origins).reduce((most, path) => Math.max(most, path.length), 0);
  return (path) => (longest === 0 ? undefined : originOf(origins, path.slice(0, longest + 1)));
}

/** What is true of a parameter is found at each place that reads it. */
function once(faults: Iterable<Fault>): Fault[] {
  const found = new Map<string, Fault>();
  for (const fault of faults) {
    const key = `${fault.code} ${formatPath(fault.place)} ${fault.message}`;
    if (!found.has(key)) found.set(key, fault);
  }
  return [...found.values()];
}

// Each name is held against every candidate: what is beyond this is for no one to read.
const MOST_COMPARISONS = 100_000;

function suggester(): Subject['suggest'] {
  let left = MOST_COMPARISONS;
  return (name, candidates) => {
    const names = left <= 0 ? [] : [...candidates];
    left -= names.length;
    return left < 0 ? undefined : didYouMean(name, names);
  };
}

function sharedNames(document: PipelineDocument): Set<string> {
  const [seen, shared] = [new Set<string>(), new Set<string>()];
  for (const { step } of walkSteps(document)) (seen.has(step.Name) ? shared : seen).add(step.Name);
  return shared;
}

interface Read {
  readonly parameters: Set<string>;
  readonly files: Set<string>;
}

function subjectOf(document: PipelineDocument, read: Read): Subject {
  const parameters = new Map<string, ParameterPlace>();
  const list: unknown = document.Parameters;
  for (const [index, declaration] of (Array.isArray(list) ? list : []).entries()) {
    if (!isObject(declaration) || typeof declaration['Name'] !== 'string') continue;
    const path = child(child(undefined, 'Parameters'), index);
    const place = { declaration, path } as unknown as ParameterPlace;
    if (!parameters.has(place.declaration.Name)) parameters.set(place.declaration.Name, place);
  }
  return { document, graph: graphOf(document), parameters, shared: sharedNames(document), read, suggest: suggester() };
}

function* faultsOf(subject: Subject, read: Read): Generator<Fault> {
  for (const place of walkSteps(subject.document)) {
    for (const rule of STEP_RULES) if (concerns(rule, place)) yield* rule.check(place, subject);
    for (const expression of walkStepExpressions(place)) yield* expressionFaults(expression, place, subject, read);
  }
  const { Steps: _, Parameters: __, ...others } = subject.document;
  for (const expression of walkExpressions(others as unknown as JsonObject, undefined)) {
    yield* expressionFaults(expression, undefined, subject, read);
  }
  for (const rule of DOCUMENT_RULES) yield* rule.check(subject);
}

function concerns({ types, member }: StepRule, { step }: StepPlace): boolean {
  return (types === undefined || types.includes(step.Type)) && (member === undefined || step[member] !== undefined);
}

function* expressionFaults(
  place: ExpressionPlace,
  reader: StepPlace | undefined,
  subject: Subject,
  read: Read,
): Generator<Fault> {
  const { expression } = place;
  if (typeof expression['Get'] === 'string') {
    const reference = parseReference(expression['Get']);
    if (reference.root === 'Parameters') read.parameters.add(reference.name);
  }
  if (expression['Std:JsonGet'] !== undefined) {
    const file = fileRead(expression);
    if (file !== undefined) read.files.add(`${file.step}.${file.file}`);
  }
  for (const rule of EXPRESSION_RULES) {
    if (rule.member === undefined || expression[rule.member] !== undefined) yield* rule.check(place, reader, subject);
  }
}

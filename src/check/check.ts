import { originOf } from '../definition/assembly.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import type { JsonObject, PipelineDocument } from '../definition/document.ts';
import { isObject } from '../definition/expression.ts';
import { graphOf } from '../definition/graph.ts';
import { readDocument } from '../definition/parse.ts';
import { child, formatPath } from '../definition/path.ts';
import { didYouMean } from '../definition/suggest.ts';
import { walkExpressions, walkStepExpressions, walkSteps } from '../definition/walk.ts';
import { requests } from './arguments.ts';
import { conditions } from './conditions.ts';
import { jobs } from './jobs/jobs.ts';
import { documentMembers, experiment, size } from './document.ts';
import { failMessage } from './fail.ts';
import { functions } from './functions.ts';
import { duplicateNames, names } from './names.ts';
import { options, siblings } from './options.ts';
import { byPlace } from './order.ts';
import { sharedOutputs } from './outputs.ts';
import { parameters, unusedParameters } from './parameters.ts';
import { declaredFiles, propertyFileOutputs, propertyFiles } from './property-files.ts';
import { branchReads, failReads, references } from './references.ts';
import { retryPolicies } from './retries.ts';
import type { Fault, ParameterPlace, Rule, Subject } from './rule.ts';
import { duplicateSteps, failDependedOn, stepCycles, unknownSteps } from './steps.ts';

const RULES: readonly Rule[] = [
  documentMembers,
  size,
  experiment,
  parameters,
  unusedParameters,
  duplicateSteps,
  unknownSteps,
  stepCycles,
  failDependedOn,
  names,
  duplicateNames,
  siblings,
  options,
  retryPolicies,
  propertyFiles,
  propertyFileOutputs,
  conditions,
  failMessage,
  requests,
  jobs,
  functions,
  declaredFiles,
  references,
  failReads,
  branchReads,
  sharedOutputs,
];

/**
 * Every fault in a document that can be seen without AWS, in the order of the document. With `origins` a fault says
 * where the author wrote it. Any JSON value is taken: what is no pipeline definition at all is a fault like others.
 *
 * @example check(assembly.definition, assembly.origins)
 */
export function check(document: PipelineDocument, origins: Readonly<Record<string, string>> = {}): Diagnostic[] {
  const shape = readDocument(document).diagnostics;
  if (!isObject(document)) return [...shape];
  const faults = byPlace(document, once(faultsOf(subjectOf(document))));
  const located = faults.map(({ place, origin, ...fault }): Diagnostic => {
    const path = formatPath(place) || '$';
    return { ...fault, path, at: originOf(origins, origin === undefined ? path : formatPath(origin)) };
  });
  return shape.length === 0
    ? located
    : [...shape.map((fault) => ({ ...fault, at: originOf(origins, fault.path!) })), ...located];
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

function subjectOf(document: PipelineDocument): Subject {
  const parameters = new Map<string, ParameterPlace>();
  const list: unknown = document.Parameters;
  for (const [index, declaration] of (Array.isArray(list) ? list : []).entries()) {
    if (!isObject(declaration) || typeof declaration['Name'] !== 'string') continue;
    const path = child(child(undefined, 'Parameters'), index);
    const place = { declaration, path } as unknown as ParameterPlace;
    if (!parameters.has(place.declaration.Name)) parameters.set(place.declaration.Name, place);
  }
  return { document, graph: graphOf(document), parameters, shared: sharedNames(document), suggest: suggester() };
}

function* faultsOf(subject: Subject): Generator<Fault> {
  for (const rule of RULES) if (rule.on === 'document') yield* rule.check(subject);
  for (const place of walkSteps(subject.document)) {
    for (const rule of RULES) if (rule.on === 'step') yield* rule.check(place, subject);
    for (const expression of walkStepExpressions(place)) {
      for (const rule of RULES) if (rule.on === 'expression') yield* rule.check(expression, place, subject);
    }
  }
  const { Steps: _, Parameters: __, ...others } = subject.document;
  for (const expression of walkExpressions(others as unknown as JsonObject, undefined)) {
    for (const rule of RULES) if (rule.on === 'expression') yield* rule.check(expression, undefined, subject);
  }
}

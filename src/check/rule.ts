import type { Diagnostic, Severity } from '../definition/diagnostic.ts';
import type { ParameterDeclaration, PipelineDocument, StepDocument } from '../definition/document.ts';
import type { Graph } from '../definition/graph.ts';
import type { Path } from '../definition/path.ts';
import type { ExpressionPlace, StepPlace } from '../definition/walk.ts';
import type { Code } from './codes.ts';

/** A parameter that the document declares, and where. */
export interface ParameterPlace {
  readonly declaration: ParameterDeclaration;
  readonly path: Path;
}

/** What a rule looks at. The document may be broken in any way: a rule looks before it leaps. */
export interface Subject {
  readonly document: PipelineDocument;
  readonly graph: Graph;
  /** By name; of parameters with the same name the first. */
  readonly parameters: ReadonlyMap<string, ParameterPlace>;
  /** Names that several steps have: what a reference to one of them means is open. */
  readonly shared: ReadonlySet<string>;
  /** The parameters that something reads, and the property files, as `step.file`: whole when the document's rules run. */
  readonly read: { readonly parameters: ReadonlySet<string>; readonly files: ReadonlySet<string> };
  /** `did you mean …?` for a name; it gives up when it has been asked too much, so that a check stays linear. */
  readonly suggest: (name: string, candidates: Iterable<string>) => string | undefined;
}

/** A diagnostic whose place is still to be written out. */
export interface Fault extends Omit<Diagnostic, 'code' | 'path' | 'at'> {
  readonly code: Code;
  readonly place: Path | undefined;
  /** Where the author's line is looked for, when not at the place. */
  readonly origin?: Path | undefined;
}

/** Finds faults of one kind. It never throws, and it does not know of the other rules. */
export type Rule = DocumentRule | StepRule | ExpressionRule;

export interface DocumentRule {
  readonly on: 'document';
  check(subject: Subject): Iterable<Fault>;
}

export interface StepRule {
  readonly on: 'step';
  /** The types of steps that it is about, and the member that a step must have: it is not asked about others. */
  readonly types?: readonly string[];
  readonly member?: keyof StepDocument;
  check(place: StepPlace, subject: Subject): Iterable<Fault>;
}

export interface ExpressionRule {
  readonly on: 'expression';
  /** The member of the expressions that it is about. */
  readonly member?: 'Get' | 'Std:JsonGet';
  /** `reader` is the step that holds the expression; undefined beside the steps. */
  check(place: ExpressionPlace, reader: StepPlace | undefined, subject: Subject): Iterable<Fault>;
}

/** What else a fault says. */
export type More = Pick<Fault, 'detail' | 'fix' | 'origin'>;

export function error(code: Code, place: Path | undefined, message: string, more: More = {}): Fault {
  return fault('error', code, place, message, more);
}

export function warning(code: Code, place: Path | undefined, message: string, more: More = {}): Fault {
  return fault('warning', code, place, message, more);
}

function fault(severity: Severity, code: Code, place: Path | undefined, message: string, more: More): Fault {
  return { code, severity, message, place, ...more };
}

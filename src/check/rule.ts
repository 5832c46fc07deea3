import type { Diagnostic } from '../definition/diagnostic.ts';
import type { PipelineDocument } from '../definition/document.ts';
import type { Graph } from '../definition/graph.ts';
import type { Path } from '../definition/path.ts';

/** What a rule looks at. */
export interface Subject {
  readonly document: PipelineDocument;
  readonly graph: Graph;
}

/** A diagnostic whose place is still to be written out. */
export interface Fault extends Omit<Diagnostic, 'path' | 'at'> {
  readonly place: Path;
}

/** Finds every fault of one kind in a document. It never throws, and it does not know of the other rules. */
export type Rule = (subject: Subject) => Iterable<Fault>;

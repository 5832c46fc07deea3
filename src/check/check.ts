import { originOf } from '../definition/assembly.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import type { PipelineDocument } from '../definition/document.ts';
import { graphOf } from '../definition/graph.ts';
import { formatPath } from '../definition/path.ts';
import { sharedOutputs } from './outputs.ts';
import type { Rule } from './rule.ts';
import { duplicateSteps, stepCycles, unknownSteps } from './steps.ts';

const RULES: readonly Rule[] = [duplicateSteps, unknownSteps, stepCycles, sharedOutputs];

/**
 * Every fault in a document that can be seen without AWS. With `origins` a fault says where the author wrote it.
 *
 * @example check(assembly.definition, assembly.origins)
 */
export function check(document: PipelineDocument, origins: Readonly<Record<string, string>> = {}): Diagnostic[] {
  const subject = { document, graph: graphOf(document) };
  return RULES.flatMap((rule) => [...rule(subject)]).map(({ place, ...fault }) => {
    const path = formatPath(place);
    const at = originOf(origins, path);
    return { ...fault, path, at };
  });
}

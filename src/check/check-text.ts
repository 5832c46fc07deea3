import type { Diagnostic } from '../definition/diagnostic.ts';
import type { PipelineDocument } from '../definition/document.ts';
import { parse } from '../definition/parse.ts';
import { check } from './check.ts';
import { linesOf } from './lines.ts';

/** A diagnostic of a text, with the line that it is on, where it is on one. */
interface TextDiagnostic extends Diagnostic {
  readonly line?: number | undefined;
}

/** Every fault in the text of a definition, one that is no definition at all too. */
export function checkText(text: string): TextDiagnostic[] {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return [...parse(text).diagnostics];
  }
  const found = check(value as PipelineDocument);
  const lines = linesOf(text, new Set(found.flatMap(({ path }) => path ?? [])));
  return found.map((diagnostic) => ({ ...diagnostic, line: lines.get(diagnostic.path ?? '') }));
}

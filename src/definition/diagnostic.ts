/** How bad a fault is: an error stops what was asked for, a warning and a note do not. */
export type Severity = 'error' | 'warning' | 'note';

/** One fault in a pipeline, as data. Diagnostics are collected in full, never thrown one by one. */
export interface Diagnostic {
  /** What kind of fault, kebab-case and stable: `unknown-output`. */
  readonly code: string;
  readonly severity: Severity;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** Where in the document: `Steps[1].Arguments.ModelName`. */
  readonly path?: string | undefined;
  /** Where in the author's code: `/project/pipelines/batch/pipeline.ts:21`. */
  readonly at?: string | undefined;
  /** What was there instead, or why it is wrong. */
  readonly detail?: string | undefined;
  /** What to do about it. */
  readonly fix?: string | undefined;
}

/** Whether anything in the list stops the work. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** A diagnostic as text of four lines at most; `shorten` turns file names into what the reader expects to see. */
export function formatDiagnostic(diagnostic: Diagnostic, shorten: (file: string) => string = (file) => file): string {
  const { code, severity, message, path, at, detail, fix } = diagnostic;
  const lines = [`${severity}[${code}]  ${message}`];
  if (at !== undefined) lines.push(`  at ${shorten(at)}${path === undefined ? '' : `  (${path})`}`);
  else if (path !== undefined) lines.push(`  at ${path}`);
  if (detail !== undefined) lines.push(`  ${detail}`);
  if (fix !== undefined) lines.push(`  fix: ${fix}`);
  return lines.join('\n');
}

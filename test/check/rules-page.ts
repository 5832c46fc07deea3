import { readFileSync, readdirSync } from 'node:fs';
import { type Diagnostic, type Json, type PipelineDocument, formatDiagnostic } from 'sagemaker-pipelines';
import { CODES } from '../../src/check/codes.ts';

/** A document with faults, and exactly what a check says of it. */
export interface InvalidCase {
  readonly name: string;
  readonly document: PipelineDocument;
  readonly diagnostics: readonly Diagnostic[];
}

const FOLDER = new URL('../invalid/', import.meta.url);

/** The corpus of broken documents: `CODE.json` shows a kind of fault, `CODE-detail.json` another side of it. */
export function invalidCases(): InvalidCase[] {
  return readdirSync(FOLDER)
    .toSorted()
    .map((file) => {
      const content = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Omit<InvalidCase, 'name'>;
      return { name: file.replace(/\.json$/, ''), ...content };
    });
}

/** `docs/rules.md`: each kind of fault with its meaning, an example and AWS's page. */
export function rulesPage(cases: readonly InvalidCase[]): string {
  const sections = Object.entries(CODES).map(([code, { meaning, page }]) => {
    const example = cases.find(({ name }) => name === code);
    const shown = example === undefined ? '' : `\n${exampleText(code, example)}\n`;
    return `## ${code}\n\n${meaning}\n${shown}\n[AWS's page](${page})\n`;
  });
  return `# The rules of \`sagemaker-pipelines check\`

Every kind of fault by its code. An error stops \`get-pipeline-definition\` and \`run-pipeline\`, unless they are told \`--no-check\`;
a warning does not, unless \`sagemaker-pipelines check\` is told \`--strict\`. What nobody can know before AWS has seen it is no fault.

This page is made of the rules themselves: \`npx vitest run --project quick test/check/invalid.test.ts -u\`.

${sections.join('\n')}`;
}

function exampleText(code: string, { document, diagnostics }: InvalidCase): string {
  const fault = diagnostics.find((diagnostic) => diagnostic.code === code)!;
  const value = valueAt(document as unknown as Json, around(fault.path!));
  return [
    '```json',
    JSON.stringify(value, null, 2),
    '```',
    '',
    '```',
    formatDiagnostic({ ...fault, at: undefined }),
    '```',
  ].join('\n');
}

/** What a fault's place stands in, so that a member that is missing shows too. */
function around(path: string): string {
  return path.replace(/(?:\.[^.[\]]+|\[[^\]]*\]|^[^.[\]]+)$/, '');
}

function valueAt(document: Json, path: string): Json {
  const keys = path.match(/[^.[\]]+/g) ?? [];
  return keys.reduce<Json>((value, key) => (value as { readonly [key: string]: Json })[key]!, document);
}

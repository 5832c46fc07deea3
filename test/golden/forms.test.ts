import { readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { emit, isPipeline } from 'sagemaker-pipelines';
import { FORMATS, type Format, type FormatName } from '../../src/cli/formats.ts';
import { formatDiagnostic, hasErrors } from '../../src/definition/diagnostic.ts';

const PIPELINES = fileURLToPath(new URL('../../pipelines', import.meta.url));

/** The definition itself has a golden file with each pipeline's own tests. */
const FORMS = (Object.keys(FORMATS) as FormatName[]).filter((name) => name !== 'json');
const ENDINGS: Readonly<Partial<Record<FormatName, string>>> = { mermaid: 'mmd' };

const shipped = readdirSync(PIPELINES, { withFileTypes: true }).filter((entry) => entry.isDirectory());

async function written(name: string, form: FormatName) {
  const { default: pipeline } = (await import(pathToFileURL(`${PIPELINES}/${name}/pipeline.ts`).href)) as {
    default: unknown;
  };
  if (!isPipeline(pipeline)) throw new Error(`pipelines/${name}/pipeline.ts exports no pipeline`);
  const format: Format = FORMATS[form];
  return await format.write(emit(pipeline, { region: 'us-east-1' }), {});
}

test.each(shipped.flatMap(({ name }) => FORMS.map((form) => [name, form] as const)))(
  '%s as %s is its golden file',
  async (name, form) => {
    const { text, diagnostics } = await written(name, form);
    // A form that cannot hold the pipeline is no file that somebody could use by mistake.
    const isSupported = !hasErrors(diagnostics);
    const ending = isSupported ? (ENDINGS[form] ?? 'json') : 'txt';
    await expect(isSupported ? text : 'not supported\n').toMatchFileSnapshot(`forms/${name}.${form}.${ending}`);
  },
);

test.each(shipped)('what the forms of $name say of what they cannot do is written out', async ({ name }) => {
  const said: string[] = [];
  for (const form of FORMS) {
    const { diagnostics } = await written(name, form);
    said.push(`${form}:\n${diagnostics.map((each) => `${formatDiagnostic(each)}\n`).join('') || 'nothing\n'}`);
  }
  await expect(said.join('\n')).toMatchFileSnapshot(`forms/${name}.diagnostics.txt`);
});

import { expect, test } from 'vitest';
import { emit } from 'sagemaker-pipelines';
import { FORMATS, type Format, type FormatName } from '../../src/cli/formats.ts';
import { formatDiagnostic, hasErrors } from '../../src/definition/diagnostic.ts';
import { type ShippedPipeline, shippedPipelines } from './shipped-pipelines.ts';

/** The definition itself has a golden file with each pipeline's own tests, and the page tests in a browser. */
const FORMS = (Object.keys(FORMATS) as FormatName[]).filter((name) => name !== 'json' && name !== 'html');
const ENDINGS: Readonly<Partial<Record<string, string>>> = { mermaid: 'mmd', typescript: 'ts.txt' };

const shipped = await shippedPipelines();

async function written({ pipeline }: ShippedPipeline, form: FormatName) {
  const format: Format = FORMATS[form];
  return await format.write(emit(pipeline, { region: 'us-east-1' }), {});
}

const fileOf = ({ name }: ShippedPipeline): string => name.replaceAll(/[/, ]+/g, '_');

test.each(shipped.flatMap((each) => FORMS.map((form) => [each.name, form, each] as const)))(
  '%s as %s is its golden file',
  async (_, form, each) => {
    const { text, diagnostics } = await written(each, form);
    // A form that cannot hold the pipeline is no file that somebody could use by mistake.
    const isSupported = !hasErrors(diagnostics);
    const ending = isSupported ? (ENDINGS[form] ?? 'json') : 'txt';
    await expect(isSupported ? text : 'not supported\n').toMatchFileSnapshot(`forms/${fileOf(each)}.${form}.${ending}`);
  },
);

test.each(shipped)('what the forms of $name say of what they cannot do is written out', async (each) => {
  const said: string[] = [];
  for (const form of FORMS) {
    const { diagnostics } = await written(each, form);
    said.push(`${form}:\n${diagnostics.map((one) => `${formatDiagnostic(one)}\n`).join('') || 'nothing\n'}`);
  }
  await expect(said.join('\n')).toMatchFileSnapshot(`forms/${fileOf(each)}.diagnostics.txt`);
});

import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { checkText } from '../check/check-text.ts';
import type { Assembly } from '../definition/assembly.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import type { PipelineDocument } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { parse } from '../definition/parse.ts';
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import { type DescribedPipeline, describedIn } from './described-pipeline.ts';
import { type ReadPipeline, type Wanted, readPipeline, withoutErrors } from './read-pipeline.ts';

const STDIN = 0;

/** Reads what a word means: a document (`file.json`, `-` for stdin), else a pipeline of this project by its name. */
export function readSource(
  word: string,
  wanted: Omit<Wanted, 'name'>,
  config: Config,
  context: Context,
): Promise<ReadPipeline> {
  if (!isDocumentFile(word)) return readPipeline({ ...wanted, name: word }, config, context);
  const file = fileOf(word, context);
  return Promise.resolve({ file, assembly: assemblyIn(textOf(file), file), diagnostics: [] });
}

/** Reads what a word means, to run it: what AWS would refuse is not run elsewhere either, further from its cause. */
export async function readToRun(
  word: string,
  wanted: Omit<Wanted, 'name'>,
  config: Config,
  context: Context,
): Promise<ReadPipeline> {
  if (!isDocumentFile(word)) return await readPipeline({ ...wanted, name: word }, config, context);
  const file = fileOf(word, context);
  const text = textOf(file);
  const assembly = assemblyIn(text, file);
  const diagnostics = wanted.check === false ? [] : faultsIn(text, file);
  return withoutErrors({ file, assembly, diagnostics }, wanted.otherwise);
}

/** Every fault in the text of a document, with its line. */
export function faultsIn(text: string, file: string): Diagnostic[] {
  const answer = describedIn(text);
  const name = file === '-' ? 'stdin' : file;
  return checkText(answer?.text ?? text).map(({ line, ...diagnostic }) => ({
    ...diagnostic,
    // In AWS's answer about a pipeline the whole definition is one text, on one line.
    at: line === undefined || answer !== undefined ? name : `${name}:${line}`,
  }));
}

/** The file that a word names; `-` is stdin. */
export function fileOf(word: string, { cwd }: Pick<Context, 'cwd'>): string {
  return word === '-' ? '-' : resolve(cwd, word);
}

/** Whether a word names a document rather than a pipeline of this project. */
export function isDocumentFile(word: string): boolean {
  return word === '-' || word.endsWith('.json');
}

/** A document from anywhere, with nothing beside it unless it is in AWS's answer about a pipeline. */
function assemblyIn(text: string, file: string): Assembly {
  const { document, about } = definitionIn(text, file);
  const name = file === '-' ? 'stdin' : basename(file, '.json');
  return { name, ...about, tags: {}, definition: document, assets: [], origins: {}, diagnostics: [] };
}

/** A definition, or AWS's answer about a pipeline with the definition in it. */
export function definitionIn(
  text: string,
  file: string,
): { readonly document: PipelineDocument; readonly about: DescribedPipeline['about'] } {
  const answer = describedIn(text);
  const { document, diagnostics } = parse(answer?.text ?? text);
  if (document !== undefined) return { document, about: answer?.about ?? {} };
  const name = file === '-' ? 'What stdin says' : file;
  throw new PipelineError('invalid', 'not-a-definition', `${name} is no pipeline definition`, { diagnostics });
}

/** A file's text; `-` stands for stdin. */
export function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? STDIN : file, 'utf8');
  } catch (cause) {
    throw new PipelineError('usage', 'cannot-read', `${file} cannot be read`, {
      detail: (cause as Error).message.split(',')[0],
      cause,
    });
  }
}

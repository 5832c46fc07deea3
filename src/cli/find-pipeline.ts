import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PipelineError } from '../definition/error.ts';
import { didYouMean } from '../definition/suggest.ts';
import { isFile } from './load/is-file.ts';

/** A pipeline's file and what it is called on this machine. */
interface FoundPipeline {
  /** The name of its folder. */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
}

const FOLDER = 'pipelines';
const FILES = ['pipeline.ts', 'pipeline.mts', 'pipeline.js', 'pipeline.mjs'];
const ENDING = /\.m?[tj]s$/;

/**
 * Finds the pipeline that a name means: a folder of `pipelines/`, a path, or the dotted form of a Python module.
 * Without a name it is the only one there is.
 */
export function findPipeline(name: string | undefined, cwd: string): FoundPipeline {
  const known = listPipelines(cwd);
  if (name === undefined) {
    const [only] = known;
    if (only !== undefined && known.length === 1) return only;
    throw known.length === 0 ? noPipelines(cwd) : whichPipeline(known);
  }
  const file =
    fileIn(join(cwd, FOLDER, name)) ??
    fileAt(resolve(cwd, name)) ??
    fileIn(resolve(cwd, name)) ??
    (name.includes('.') && !name.includes('/') ? dotted(name, cwd) : undefined);
  if (file !== undefined) return { name: nameOf(file), file };
  throw unknownPipeline(name, known, cwd);
}

/** The pipelines under `pipelines/`, by name. */
export function listPipelines(cwd: string): FoundPipeline[] {
  let names: string[];
  try {
    names = readdirSync(join(cwd, FOLDER)).toSorted();
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const file = fileIn(join(cwd, FOLDER, name));
    return file === undefined ? [] : [{ name, file }];
  });
}

// A pipeline in a file of another name is called after that file.
function nameOf(file: string): string {
  return FILES.includes(basename(file)) ? basename(dirname(file)) : basename(file).replace(ENDING, '');
}

function dotted(name: string, cwd: string): string | undefined {
  const path = join(cwd, ...name.split('.'));
  return ['.ts', '.mts', '.js', '.mjs'].map((ending) => path + ending).find(isFile) ?? fileIn(path);
}

function fileIn(folder: string): string | undefined {
  return FILES.map((name) => join(folder, name)).find(isFile);
}

function fileAt(path: string): string | undefined {
  return ENDING.test(path) && isFile(path) ? path : undefined;
}

function noPipelines(cwd: string): PipelineError {
  return new PipelineError('usage', 'no-pipelines', `There is no ${FOLDER}/<name>/pipeline.ts in this folder`, {
    detail: `the folder is ${cwd}`,
    fix: "run the command in the project's folder, or give a path: --name path/to/pipeline.ts",
  });
}

function whichPipeline(known: readonly FoundPipeline[]): PipelineError {
  return new PipelineError('usage', 'which-pipeline', `There are ${known.length} pipelines, and no name was given`, {
    detail: `they are: ${namesOf(known)}`,
    fix: `--name ${known[0]!.name}, or set "default" in pipelines.config.json`,
  });
}

function unknownPipeline(name: string, known: readonly FoundPipeline[], cwd: string): PipelineError {
  if (name.endsWith('.json') && isFile(resolve(cwd, name))) {
    return new PipelineError('usage', 'unknown-pipeline', `"${name}" is a file of JSON, and this wants a pipeline`, {
      fix: `for a definition there are: sagemaker-pipelines check|run|view|diff|import ${name}`,
    });
  }
  if (known.length === 0) {
    return new PipelineError('usage', 'unknown-pipeline', `There is no pipeline "${name}"`, {
      detail: `neither ${FOLDER}/${name}/pipeline.ts nor ${name} is a file in ${cwd}`,
      fix: "run the command in the project's folder, or give the path of the file",
    });
  }
  // `batch-inference` and `batch_inference` are two spellings of one thing to a reader, not to a file system.
  const plain = name.replaceAll('-', '_').toLowerCase();
  const twin = known.find((pipeline) => pipeline.name.replaceAll('-', '_').toLowerCase() === plain);
  const names = known.map((pipeline) => pipeline.name);
  return new PipelineError('usage', 'unknown-pipeline', `There is no pipeline "${name}"`, {
    detail: isFile(resolve(cwd, name))
      ? `the file ${name} is neither a module (.ts) nor a definition (.json); there are: ${namesOf(known)}`
      : `there are: ${namesOf(known)}`,
    fix: twin === undefined ? didYouMean(name, names) : `did you mean "${twin.name}"?`,
  });
}

function namesOf(known: readonly FoundPipeline[]): string {
  return known.map((pipeline) => pipeline.name).join(', ');
}

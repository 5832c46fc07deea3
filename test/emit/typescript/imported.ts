import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compileFunction } from 'node:vm';
import { transformSync } from 'oxc-transform';
import * as library from 'sagemaker-pipelines';
import { type Json, type PipelineDocument, emit, isPipeline, toJson } from 'sagemaker-pipelines';
import { type CommandResult, runCommand } from '../../support/run-command.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

/** What a module that was written emits. */
export function emittedBy(text: string): Json {
  const { code, errors } = transformSync('pipeline.ts', text);
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  const body = code
    .replace(/^import (\{[^}]*\}) from "sagemaker-pipelines";/m, 'const $1 = arguments[0];')
    .replace('export default', 'return');
  // A module of a test's own making, in the place of several hundred files.
  const evaluate = compileFunction(body) as (given: typeof library) => unknown;
  const pipeline = evaluate(library);
  if (!isPipeline(pipeline)) throw new Error('the module exports no pipeline');
  const { definition } = emit(pipeline, { region: 'eu-central-1' });
  return JSON.parse(toJson(definition)) as Json;
}

/** A document as a JSON value. */
export function jsonOf(document: PipelineDocument): Json {
  return JSON.parse(JSON.stringify(document)) as Json;
}

/** Writes modules into a folder that sees this library's sources, and compiles them all at once. */
export async function compileModules(folder: string, modules: ReadonlyMap<string, string>): Promise<CommandResult> {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(ROOT, join(folder, 'node_modules', 'sagemaker-pipelines'), 'dir');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  for (const [name, text] of modules) writeFileSync(join(folder, `${name}.ts`), text);
  const compilerOptions = { typeRoots: [join(ROOT, 'node_modules', '@types')], allowJs: false, checkJs: false };
  const project = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.ts'], exclude: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['-p', folder, '--pretty', 'false'];
  return runCommand(process.execPath, [compiler, ...options], { cwd: folder, timeLimit: 300_000 });
}

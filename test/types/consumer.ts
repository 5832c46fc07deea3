import { copyFileSync, cpSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runCommand } from '../support/run-command.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const CASES = ['mistakes.ts', 'forms.ts', 'pipelines.ts', 'equal.ts', 'tsconfig.json'];

/** What a compiler said of some files. */
export interface Compilation {
  readonly faults: readonly Fault[];
  /** How much of the types the compiler had to work out. */
  readonly instantiations: number;
}

export interface Fault {
  readonly file: string;
  readonly line: number;
  /** The first line of the message: what an editor shows at once. */
  readonly message: string;
}

export interface CompileOptions {
  readonly files: readonly string[];
  /** The installed package whose `tsc` it is. */
  readonly compiler?: 'typescript' | 'typescript-5';
  readonly flags?: Readonly<Record<string, boolean | number | string>>;
}

/**
 * Makes an empty folder a project that has the library installed: it sees the declarations that are published, and no
 * source. The cases of this folder and the shipped pipelines lie in it.
 */
export function makeConsumer(folder: string): void {
  const library = join(folder, 'node_modules', 'sagemaker-pipelines');
  mkdirSync(library, { recursive: true });
  copyFileSync(join(ROOT, 'package.json'), join(library, 'package.json'));
  for (const scope of ['@aws-sdk', '@types']) {
    symlinkSync(join(ROOT, 'node_modules', scope), join(folder, 'node_modules', scope), 'dir');
  }
  cpSync(join(ROOT, 'dist'), join(library, 'dist'), {
    recursive: true,
    filter: (path) => statSync(path).isDirectory() || path.endsWith('.d.ts'),
  });
  for (const file of CASES) copyFileSync(join(import.meta.dirname, file), join(folder, file));
  cpSync(join(ROOT, 'pipelines'), join(folder, 'pipelines'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
}

/** Compiles files of a consumer, with the options that this folder's own `tsconfig.json` gives an editor. */
export async function compile(
  folder: string,
  { files, compiler = 'typescript', flags }: CompileOptions,
): Promise<Compilation> {
  // A consumer has no sources of the library, so it asks for none.
  const compilerOptions = { customConditions: [], ...flags };
  const project = join(folder, 'project.json');
  writeFileSync(project, JSON.stringify({ extends: './tsconfig.json', compilerOptions, include: files }));
  const { stdout, stderr } = await tsc(compiler, ['-p', project, '--pretty', 'false', '--extendedDiagnostics'], folder);
  const instantiations = /^Instantiations:\s+(\d+)$/m.exec(stdout)?.[1];
  if (instantiations === undefined) throw new Error(`The compiler gave no figures:\n${stdout}${stderr}`);
  return { faults: faultsIn(stdout), instantiations: Number(instantiations) };
}

function faultsIn(output: string): Fault[] {
  return [...output.matchAll(/^(?:(?<file>[^\s(]+)\((?<line>\d+),\d+\): )?error TS\d+: (?<message>.*)$/gm)].map(
    ({ groups }) => ({
      file: groups?.['file'] ?? '',
      line: Number(groups?.['line']),
      message: groups?.['message'] ?? '',
    }),
  );
}

function tsc(compiler: string, args: readonly string[], cwd: string) {
  const program = join(ROOT, 'node_modules', compiler, 'bin', 'tsc');
  return runCommand(process.execPath, [program, ...args], { cwd });
}

import type { Diagnostic } from '../definition/diagnostic.ts';
import type { JsonObject } from '../definition/document.ts';
import type { PipelineError } from '../definition/error.ts';
import type { Context } from './context.ts';

/** One flag of a command: a text, a text that may be given several times, or yes and no. */
export interface Option {
  readonly type: 'text' | 'list' | 'flag';
  readonly describe: string;
  /** Other names; one letter stands behind one dash. */
  readonly alias?: readonly string[];
  readonly choices?: readonly string[];
}

/** A command's flags by their long names. */
export type Options = Readonly<Record<string, Option>>;

/** What a command is given for its flags. */
export type Arguments<O extends Options> = {
  readonly [Name in keyof O]: O[Name]['type'] extends 'list'
    ? readonly string[]
    : (O[Name]['type'] extends 'text' ? string : boolean) | undefined;
};

/** The words that a command takes beside its flags: `check FILE…`. */
interface Operands {
  /** As the usage shows it. */
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

/** What a command has to say when it is done. */
export interface Answer {
  /** For stdout. */
  readonly text: string;
  /** For stdout with `--json`, beside the version, the command and the diagnostics. */
  readonly data: JsonObject;
  /** Lines for stderr. */
  readonly notes: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** The notes and the diagnostics were shown before the work: they are not told a second time. */
  readonly isTold?: boolean;
  /** The answer is a no, as of `diff`: nothing went wrong, and a script can tell all the same. */
  readonly exitCode?: 1 | undefined;
  /** What was asked for was done and did not end well: told last, and the exit code is its. */
  readonly failure?: PipelineError | undefined;
}

/** A command as data: its flags, how it is used, and what it does. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Whole invocations, the commonest first. */
  readonly examples: readonly [string, string];
  readonly options: Options;
  /** None unless told. */
  readonly operands?: Operands;
  run(args: Arguments<Options>, context: Context, operands: readonly string[]): Promise<Answer>;
}

/** Ties the flags of a command to the types that its `run` reads them by. */
export function defineCommand<const O extends Options>(
  spec: Omit<Command, 'options' | 'run'> & {
    readonly options: O;
    run(args: Arguments<O>, context: Context, operands: readonly string[]): Promise<Answer>;
  },
): Command {
  return spec;
}

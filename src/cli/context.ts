import type { Installation } from './load/install.ts';

/** Where a command writes to. */
export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number | undefined;
}

/** Everything a command knows of the world around it; a test replaces this one object. */
export interface Context {
  /** The arguments after the command's own name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The answer, and nothing else. */
  readonly stdout: Output;
  readonly stderr: Output;
  readonly version: () => string;
  readonly installation: Installation;
  /** Imports a module, an author's TypeScript too. */
  readonly importModule: (url: string) => Promise<Readonly<Record<string, unknown>>>;
  readonly now: () => Date;
  /** Text that nobody has had before: hexadecimal digits. */
  readonly unique: (digits: number) => string;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Given at the first Ctrl-C. It ends a command that has not read this; one that has must end by itself. */
  readonly interrupted: AbortSignal;
  /** Rejects when nothing is left to do although the command is not done: the author's code waits for ever. */
  readonly stalled: Promise<never>;
}

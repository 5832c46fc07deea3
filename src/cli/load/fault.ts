/** What the hooks found wrong with an author's module: plain data on an error, so that it survives the way out of the hooks' thread. */
export type ModuleFault =
  | {
      readonly kind: 'syntax';
      readonly file: string;
      readonly line: number;
      readonly column: number;
      readonly message: string;
      readonly source: string;
      readonly help: string | undefined;
    }
  | {
      readonly kind: 'import';
      readonly file: string;
      readonly line: number | undefined;
      readonly specifier: string;
    };

const MEMBER = 'sagemakerPipelinesFault';

/** An error that carries a fault. */
export function faultError(message: string, fault: ModuleFault): Error {
  return Object.assign(new Error(message), { [MEMBER]: fault });
}

/** The fault that a thrown value carries, if any. */
export function faultOf(thrown: unknown): ModuleFault | undefined {
  if (typeof thrown !== 'object' || thrown === null || !(MEMBER in thrown)) return undefined;
  return thrown[MEMBER] as ModuleFault;
}

/** Line and column, from 1, of an offset in a text. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

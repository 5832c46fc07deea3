import { hideSecrets } from '../definition/secrets.ts';

const SELECTING = /^--?(?:from|only|source-execution|request-token)(=|$)/;

/** The command that runs a step of an execution, and what comes after it, again: the words that started it, and which step. */
export function rerunCommand(
  command: string,
  argv: readonly string[],
  secrets: readonly string[],
): (step: string, run: string) => string {
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const [selects, equals] = SELECTING.exec(argv[at]!) ?? [];
    if (selects === undefined) words.push(argv[at]!);
    else if (equals === '') at++;
  }
  return (step, run) => {
    const all = [command, ...hideSecrets(words, secrets), '--from', step, '--source-execution', run];
    return all.map(quote).join(' ');
  };
}

/** A word as a shell takes it for itself. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

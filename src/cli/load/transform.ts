import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type OxcError, transformSync } from 'oxc-transform';
import { type ModuleFault, faultError, positionOf } from './fault.ts';

const FATAL: ReadonlySet<string> = new Set(['Error']);

// The compiler of a CommonJS package takes these names, and refuses `import.meta`.
const IN_A_MODULE = { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' };
const CALLED_SO_IN_COMMONJS = /\b__(?:dirname|filename)\b/;

/** The JavaScript of an author's TypeScript module, with a source map inside it; throws a fault for a syntax error. */
export function transformModule(url: string): string {
  const file = fileURLToPath(url);
  const text = textOf(file);
  // `.ts` is a module whatever the package around it says, so it is always parsed as one.
  const define = CALLED_SO_IN_COMMONJS.test(text) ? { define: IN_A_MODULE } : {};
  const { code, map, errors } = transformSync(file, text, {
    lang: 'ts',
    sourceType: 'module',
    sourcemap: true,
    ...define,
  });
  const fault = syntaxFault(file, text, errors);
  if (fault !== undefined) throw faultError(`${file}: ${errors[0]!.message}`, fault);
  const { mappings = '', names = [] } = map ?? {};
  const sourceMap = JSON.stringify({ version: 3, sources: [url], names, mappings });
  return `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(sourceMap).toString('base64')}\n`;
}

/** The first syntax error of a module in JavaScript or TypeScript, if it has one. */
export function checkSyntax(url: string): ModuleFault | undefined {
  const file = fileURLToPath(url);
  const text = textOf(file);
  return syntaxFault(file, text, transformSync(file, text).errors);
}

function textOf(file: string): string {
  return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
}

function syntaxFault(file: string, text: string, errors: readonly OxcError[]): ModuleFault | undefined {
  const error = errors.find(({ severity }) => FATAL.has(severity));
  if (error === undefined) return undefined;
  const bytes = Buffer.from(text).subarray(0, error.labels[0]?.start ?? 0);
  const { line, column } = positionOf(text, bytes.toString().length);
  return {
    kind: 'syntax',
    file,
    line,
    column,
    message: error.message,
    source: text.split('\n')[line - 1]?.trim() ?? '',
    help: error.helpMessage ?? undefined,
  };
}

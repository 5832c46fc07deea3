import { type Diagnostic, formatDiagnostic } from '../definition/diagnostic.ts';
import type { PipelineError } from '../definition/error.ts';
import type { Context } from './context.ts';

/** How faults look to the one who reads stderr. */
export type Renderer = (diagnostic: Diagnostic) => string;

const COLOURS = { error: 31, warning: 33, note: 36 } as const;

/** Renders for a context's stderr: files as seen from the current folder, colours only where they are wanted. */
export function rendererFor({ stderr, env, cwd }: Pick<Context, 'stderr' | 'env' | 'cwd'>): Renderer {
  const isColoured = stderr.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const folder = new RegExp(`(?<![^\\s"'(])${cwd.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}/(?=.)`, 'g');
  const start = isOfNpm(env) ? 'npx $&' : '$&';
  return (diagnostic) => {
    const fix = diagnostic.fix?.replace(OWN_COMMAND, start);
    const text = formatDiagnostic({ ...diagnostic, fix }).replace(folder, '');
    if (!isColoured) return text;
    return text
      .replace(/^\w+\[[\w-]+\]/, (label) => paint(label, COLOURS[diagnostic.severity]))
      .replace(/^ {2}at .*$/m, (place) => paint(place, 2));
  };
}

const OWN_COMMAND = /^(?:run-pipeline|sagemaker-pipelines|get-pipeline-definition|build-deployment)(?= )/;

/** Whether npm started the command (`npx`, `npm run`): the shell that it was typed in does not know it by itself. */
function isOfNpm(env: Context['env']): boolean {
  return env['npm_command'] !== undefined;
}

/** An error in the form of a diagnostic. */
export function diagnosticOf({ code, message, at, detail, fix }: PipelineError): Diagnostic {
  return { code, severity: 'error', message, at, detail, fix };
}

function paint(text: string, colour: number): string {
  return `\u001B[${colour}m${text}\u001B[0m`;
}

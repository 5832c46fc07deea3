import { hasErrors } from '../definition/diagnostic.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import { type Failure, PipelineError, isPipelineError } from '../definition/error.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { type Suite, choose } from './suite.ts';
import type { Context } from './context.ts';
import { diagnosticOf, rendererFor } from './render.ts';
import { systemFault } from '../run/system-fault.ts';

const EXIT_CODES: Readonly<Record<Failure, number>> = {
  failed: 1,
  usage: 2,
  invalid: 3,
  aws: 4,
  machine: 5,
  interrupted: 130,
};

/** Runs a command: the one place where errors become text and an exit code. */
export async function main(program: Command | Suite, context: Context): Promise<number> {
  const { stdout, stderr } = context;
  let name = program.name;
  const render = rendererFor(context);
  const asJson = context.argv.some((word) => /^--?json(=true)?$/.test(word));
  // The last of a stream of events, so that a reader knows that there are no more.
  const asResult = !asJson && context.argv.some((word) => /^--?events(=true)?$/.test(word));
  const answerJson = (data: object, diagnostics: readonly Diagnostic[]): void => {
    const answer = { command: name, ...data, diagnostics };
    if (asJson) stdout.write(`${JSON.stringify({ version: 1, ...answer }, null, 2)}\n`);
    else
      stdout.write(`${JSON.stringify({ version: 1, time: context.now().toISOString(), type: 'result', ...answer })}\n`);
  };
  try {
    const choice = await choose(program, context);
    if ('text' in choice) {
      stdout.write(choice.text);
      return 0;
    }
    const { command } = choice;
    name = command.name;
    const request = await readArguments(command, choice.context.argv, stdout.columns);
    if (request.kind !== 'run') {
      stdout.write(request.kind === 'help' ? request.text : `${context.version()}\n`);
      return 0;
    }
    const {
      text,
      data,
      notes,
      diagnostics,
      isTold,
      failure,
      exitCode = 0,
    } = await Promise.race([command.run(request.args, choice.context, request.operands), context.stalled]);
    if (isTold !== true) {
      for (const diagnostic of diagnostics) stderr.write(`${render(diagnostic)}\n`);
      for (const note of notes) stderr.write(`${note}\n`);
    }
    if (asJson || asResult) answerJson(failure === undefined ? data : { ...data, error: said(failure) }, diagnostics);
    else stdout.write(text);
    if (failure !== undefined) {
      stderr.write(`${render(diagnosticOf(failure))}\n`);
      return EXIT_CODES[failure.failure];
    }
    return hasErrors(diagnostics) ? EXIT_CODES.invalid : exitCode;
  } catch (thrown) {
    const known = isPipelineError(thrown) ? thrown : systemFault(thrown);
    const error = known ?? ourFault(thrown);
    const reported = diagnosticOf(error);
    for (const diagnostic of [...error.diagnostics, reported]) stderr.write(`${render(diagnostic)}\n`);
    if (known === undefined) stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
    if (asJson || asResult) answerJson({ error: said(error) }, error.diagnostics);
    return EXIT_CODES[error.failure];
  }
}

/** An error as the JSON answer gives it. */
function said(error: PipelineError): object {
  const { severity: _, ...rest } = diagnosticOf(error);
  return rest;
}

function ourFault(thrown: unknown): PipelineError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new PipelineError(
    'failed',
    'internal',
    `${message.split('\n')[0]} (a fault of sagemaker-pipelines, not yours)`,
    {
      fix: 'please report it, with what stands below',
      cause: thrown,
    },
  );
}

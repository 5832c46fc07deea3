import { PipelineError } from '../definition/error.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import { jsonIn } from '../definition/expression.ts';
import { didYouMean } from '../definition/suggest.ts';

/** A parameter that a CloudFormation template declares. */
export interface TemplateParameter {
  readonly name: string;
  readonly isRequired: boolean;
}

/** The parameters of a template. Of YAML as much is read as they need: names and whether there is a default. */
export function templateParameters(given: string): TemplateParameter[] {
  const text = given.replaceAll('\r\n', '\n');
  if (text.trimStart().startsWith('{')) {
    const template = jsonIn(text);
    if (template === undefined) {
      throw new PipelineError('usage', 'bad-template', 'The template is not JSON, although it begins as if it were', {
        fix: 'give the template that the stack is deployed with: --template-file',
      });
    }
    const { Parameters: declared = {} } = template as { Parameters?: Readonly<Record<string, object>> };
    return Object.entries(declared).map(([name, one]) => ({ name, isRequired: !('Default' in one) }));
  }
  const [, block = ''] = /^Parameters:[ \t]*(?:#.*)?\n((?:(?:[ \t].*|[ \t]*#.*)?\n)*)/m.exec(`${text}\n`) ?? [];
  const lines = block.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
  const indent = /^[ \t]*/.exec(lines[0] ?? '')![0];
  const found: { name: string; isRequired: boolean }[] = [];
  for (const line of lines) {
    const [, space, name, rest = ''] = /^([ \t]+)['"]?([A-Za-z0-9]+)['"]?:(.*)$/.exec(line) ?? [];
    if (space === indent) found.push({ name: name!, isRequired: !/\bDefault\s*:/.test(rest) });
    else if (name === 'Default' && found.length > 0) found.at(-1)!.isRequired = false;
  }
  return found;
}

/** Refuses what a template would refuse: parameters that it does not have, and those that it needs and nobody gives. */
export function checkAgainstTemplate(
  parameters: Readonly<Record<string, string>>,
  configured: ReadonlySet<string>,
  template: { readonly file: string; readonly text: string },
): void {
  const declared = templateParameters(template.text);
  const names = declared.map(({ name }) => name);
  // What was computed and the template does not want is only left out of the deployment by it.
  const unknown = Object.keys(parameters).filter((name) => configured.has(name) && !names.includes(name));
  const missing = declared.filter(({ name, isRequired }) => isRequired && !Object.hasOwn(parameters, name));
  const diagnostics: Diagnostic[] = [
    ...unknown.map((name) => ({
      code: 'unknown-parameter',
      severity: 'error' as const,
      message: `The template has no parameter "${name}"`,
      fix: didYouMean(name, names),
    })),
    ...missing.map(({ name }) => ({
      code: 'missing-parameter',
      severity: 'error' as const,
      message: `The template needs the parameter "${name}"`,
      fix: `add "${name}" to Parameters`,
    })),
  ];
  if (diagnostics.length === 0) return;
  throw new PipelineError('usage', 'bad-config', `The configuration does not fit ${template.file}`, { diagnostics });
}

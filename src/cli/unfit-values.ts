import type { Diagnostic } from '../definition/diagnostic.ts';
import type { ParameterValue, PipelineDocument } from '../definition/document.ts';
import { isSecret } from '../definition/secrets.ts';

/**
 * Values of parameters that do not fit where the pipeline reads them, such as a file of this machine in the place of an S3
 * URI. AWS starts such an execution, and it fails where the value is needed.
 */
export async function unfitValues(
  document: PipelineDocument,
  given: Readonly<Record<string, ParameterValue>>,
): Promise<Diagnostic[]> {
  const declared = document.Parameters ?? [];
  // What is wrong with a secret is said in words that show it.
  const isChecked = (name: string): boolean => Object.hasOwn(given, name) && !isSecret(name, given[name]!);
  if (!declared.some(({ Name }) => isChecked(Name))) return [];
  const { check } = await import('../check/check.ts');
  const Parameters = declared.map((each) =>
    isChecked(each.Name) ? { ...each, DefaultValue: given[each.Name]! } : each,
  );
  const found = declared.flatMap(({ Name }, index) => (isChecked(Name) ? [`Parameters[${index}].DefaultValue`] : []));
  return check({ ...document, Parameters })
    .filter(({ code, path = '' }) => code === 'unfit-default' && found.includes(path))
    .map(({ message, detail, fix }) => ({
      code: 'unfit-value',
      severity: 'warning',
      message: message.replace('The default of', 'The value of'),
      detail,
      fix,
    }));
}

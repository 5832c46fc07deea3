import { RESERVED_PARAMETERS } from '../../definition/bind.ts';
import {
  type JsonObject,
  type ParameterDeclaration,
  type PipelineDocument,
  parameterType,
} from '../../definition/document.ts';
import { isSecret } from '../../definition/secrets.ts';

/** A parameter of the pipeline as a parameter of a template. */
export interface ScheduledInput {
  readonly declaration: ParameterDeclaration;
  /** Its name in the template. */
  readonly id: string;
  readonly isRequired: boolean;
  readonly parameter: JsonObject;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MOST_PARAMETERS = 200;
const LONGEST_DEFAULT = 4096;
/**
 * What a schedule can start the pipeline with. Those without a default come first: where there are more than a template
 * takes, the others keep theirs.
 */
export function scheduledInputs(
  document: PipelineDocument,
  taken: ReadonlySet<string>,
  isJson: boolean,
): readonly ScheduledInput[] {
  const declared = (document.Parameters ?? []).filter(({ Name, DefaultValue: value }) => {
    if (RESERVED_PARAMETERS.includes(Name)) return false;
    if (typeof value !== 'string') return true;
    return value.length <= LONGEST_DEFAULT && (!isJson || isJsonText(value));
  });
  const required = declared.filter(({ DefaultValue: value }) => value === undefined);
  const offered = new Set(
    [...required, ...declared.filter((one) => !required.includes(one))].slice(0, MOST_PARAMETERS - taken.size),
  );
  const ids = new Set(taken);
  return declared
    .filter((one) => offered.has(one))
    .map((declaration) => {
      const isRequired = declaration.DefaultValue === undefined;
      return {
        declaration,
        id: idOf(declaration.Name, ids),
        isRequired,
        parameter: parameterOf(declaration, isRequired, isJson),
      };
    });
}

/** Whether a text can stand between the quotes of a JSON text as it is. */
function isJsonText(text: string): boolean {
  return JSON.stringify(text) === `"${text}"`;
}

/** CloudFormation's names have letters and digits alone. */
function idOf(name: string, taken: Set<string>): string {
  const base = name.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 250) || 'Parameter';
  let id = base;
  for (let count = 2; taken.has(id); count++) id = `${base}${count}`;
  taken.add(id);
  return id;
}

function parameterOf(declaration: ParameterDeclaration, isRequired: boolean, isJson: boolean): JsonObject {
  const { Name: name, DefaultValue: fallback = '', EnumValues: choices } = declaration;
  const type = parameterType(declaration);
  const description = isRequired
    ? 'What a scheduled run starts with; a schedule needs it'
    : 'What a scheduled run starts with';
  const hidden = isSecret(name, fallback) ? { NoEcho: true } : {};
  const allowed = (values: readonly string[]): JsonObject => ({ AllowedValues: isRequired ? ['', ...values] : values });
  const common = { Description: description, ...hidden };
  switch (type) {
    case 'Integer':
    case 'Float':
      if (!isRequired) return { Type: 'Number', Default: fallback, ...common };
      return { Type: 'String', Default: '', AllowedPattern: '^(-?[0-9]+([.][0-9]+)?)?$', ...common };
    case 'Boolean':
      return { Type: 'String', Default: String(fallback), ...allowed(['true', 'false']), ...common };
    case 'String':
      return {
        Type: 'String',
        Default: fallback,
        ...(choices === undefined ? {} : allowed(choices)),
        ...(choices === undefined && isJson ? { AllowedPattern: String.raw`^[^"\\]*$` } : {}),
        ...common,
      };
  }
}

import { type Json, type JsonObject, type PipelineDocument, SCHEMA_VERSION } from '../../definition/document.ts';
import { isExpression, isObject } from '../../definition/expression.ts';
import type { Branch, StepPlace } from '../../definition/walk.ts';
import { type Entry, call, commentLines, list, memberName, object, statement, stringLiteral, text } from './code.ts';
import { writeAny } from './expressions.ts';
import { imageConstants } from './images.ts';
import type { Module, StepConstant } from './module.ts';
import { type Names, freshNames } from './names.ts';
import { orderOfConstants } from './order.ts';
import { type DeclaredParameters, declareParameters } from './parameters.ts';
import { isPlainCondition, writeConditionStep, writeStep } from './steps.ts';
import { sentence, writeValue } from './values.ts';
import { TEXT } from './place.ts';

/** A definition as a module that emits it. */
export interface TypeScriptModule {
  readonly text: string;
  /** The steps that became `step.custom`, and why. */
  readonly customSteps: readonly { readonly step: string; readonly why: string }[];
}

/** What a definition has no place for. */
interface PipelineOptions {
  readonly name: string;
  readonly description?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly parallelism?: number | undefined;
}

/** Writes a definition as a module on this library's functions. The module emits the definition it was written from. */
export function toTypeScript(document: PipelineDocument, options: PipelineOptions): TypeScriptModule {
  const names = freshNames();
  const declared = declareParameters(document, names);
  const module: Module = {
    parameters: declared.constants,
    steps: new Map(),
    roles: rolesIn(document, names),
    images: imageConstants((family) => names.ofImage(family)),
    lateBound: declared.lateBound,
    imports: new Set(['definePipeline', ...(declared.statements.length > 0 ? ['parameter'] : [])]),
  };
  const steps = writeSteps(document, names, module);
  const definition = writeDefinition(document, options, { declared, module, listed: steps.listed });
  const imports = [...module.imports].toSorted((a, b) => (a < b ? -1 : 1));
  const sections = [
    importStatement(imports),
    [...module.roles].map(([arn, identifier]) => statement(`const ${identifier} = `, stringLiteral(arn))).join(''),
    module.images.statements().join(''),
    declared.statements.join(''),
    ...steps.statements,
    definition,
  ];
  return { text: sections.filter((section) => section !== '').join('\n'), customSteps: steps.customSteps };
}

function importStatement(names: readonly string[]): string {
  const flat = `import { ${names.join(', ')} } from 'sagemaker-pipelines';\n`;
  if (flat.length <= 121) return flat;
  return `import {\n${names.map((name) => `  ${name},\n`).join('')}} from 'sagemaker-pipelines';\n`;
}

interface WrittenSteps {
  readonly statements: readonly string[];
  /** The constants of the steps at the top. */
  readonly listed: readonly string[];
  readonly customSteps: TypeScriptModule['customSteps'];
}

function writeSteps(document: PipelineDocument, names: Names, module: Module): WrittenSteps {
  const ordered = orderOfConstants(document, ({ step }) => !isPlainCondition(step));
  const identifiers = new Map<StepPlace, string>();
  for (const place of ordered.places) identifiers.set(place, names.ofStep(place.step));
  const statements: string[] = [];
  const customSteps: { step: string; why: string }[] = [];
  for (const place of ordered.steps) {
    const { step } = place;
    const identifier = identifiers.get(place)!;
    module.imports.add('step');
    const isPlain = step.Type === 'Condition' && isPlainCondition(step);
    if (isPlain) {
      const code = writeConditionStep(step, branchesOf(place, identifiers), module);
      remember(step.Name, { identifier, type: step.Type, ...CONDITION }, module);
      statements.push(statement(`const ${identifier} = `, code));
      continue;
    }
    const { code, why, readable } = writeStep(step, module);
    remember(step.Name, { identifier, type: step.Type, ...readable }, module);
    if (why !== undefined) customSteps.push({ step: step.Name, why });
    const comment = why === undefined ? '' : commentLines(sentence(why), 0);
    statements.push(`${comment}${statement(`const ${identifier} = `, code)}`);
  }
  const top = [...identifiers].filter(([{ inside }]) => inside === undefined).map(([, identifier]) => identifier);
  return { statements, listed: top, customSteps };
}

const CONDITION = { isCustom: false, outputs: new Map<string, 'string'>(), propertyFiles: new Set<string>() } as const;

// References go to the first of several steps of a name.
function remember(name: string, constant: StepConstant, { steps }: Module): void {
  if (!steps.has(name)) steps.set(name, constant);
}

function branchesOf(
  condition: StepPlace,
  identifiers: ReadonlyMap<StepPlace, string>,
): Readonly<Record<Branch, readonly string[]>> {
  const branches: Record<Branch, string[]> = { IfSteps: [], ElseSteps: [] };
  for (const [{ inside }, identifier] of identifiers) {
    if (inside?.condition === condition) branches[inside.branch].push(identifier);
  }
  return branches;
}

interface DefinitionParts {
  readonly declared: DeclaredParameters;
  readonly module: Module;
  readonly listed: readonly string[];
}

const LEFT_OUT = 'the document leaves this out';
const DEFAULT_EXPERIMENT =
  '{"ExperimentName":{"Get":"Execution.PipelineName"},"TrialName":{"Get":"Execution.PipelineExecutionId"}}';

function writeDefinition(
  document: PipelineDocument,
  options: PipelineOptions,
  { declared, module, listed }: DefinitionParts,
): string {
  const { name, description, tags = {}, parallelism } = options;
  const entries: Entry[] = [{ key: 'name', value: stringLiteral(name) }];
  if (description !== undefined) entries.push({ key: 'description', value: stringLiteral(description) });
  const parameters = [...declared.constants].map(([key, { identifier }]) => ({
    key: memberName(key),
    value: text(identifier),
  }));
  if (parameters.length > 0) entries.push({ key: 'parameters', value: object(parameters) });
  entries.push({ key: 'steps', value: list(listed.map((identifier) => ({ value: text(identifier) }))) });
  if (Object.keys(tags).length > 0) entries.push({ key: 'tags', value: writeAny(tags, module) });
  if (parallelism !== undefined) entries.push({ key: 'parallelism', value: text(String(parallelism)) });
  const siblings: Entry[] = [];
  const {
    Version,
    Metadata,
    Parameters,
    PipelineExperimentConfig: experiment,
    Steps: _,
    ...others
  } = document as unknown as JsonObject;
  const beside = (member: string, value: Json | undefined, why = value === undefined ? LEFT_OUT : undefined): unknown =>
    siblings.push({
      key: memberName(member),
      value: value === undefined ? text('undefined') : writeAny(value, module),
      comment: why && sentence(why),
    });

  if (Version !== SCHEMA_VERSION) beside('Version', Version);
  if (!isObject(Metadata) || Object.keys(Metadata).length > 0) beside('Metadata', Metadata);
  if (declared.why !== undefined) beside('Parameters', Parameters, declared.why);
  const written = writeExperiment(experiment, module);
  if (written === undefined) beside('PipelineExperimentConfig', experiment);
  else entries.push(...written);
  for (const [member, value] of Object.entries(others)) beside(member, value);
  if (siblings.length > 0) entries.push({ key: 'siblings', value: object(siblings) });
  return statement('export default ', call('definePipeline', [object(entries)]));
}

/** Where jobs are tracked, as an option; none where it is what it is anyway, undefined where no option says it. */
function writeExperiment(experiment: Json | undefined, module: Module): readonly Entry[] | undefined {
  if (experiment === null) return [{ key: 'experiment', value: text('null') }];
  if (!isObject(experiment)) return undefined;
  const { ExperimentName: name, TrialName: trial, ...others } = experiment;
  if (Object.keys(others).length > 0) return undefined;
  const both = [name, trial];
  if (!both.every((value): value is Json => typeof value === 'string' || isExpression(value))) return undefined;
  if (JSON.stringify({ ExperimentName: name, TrialName: trial }) === DEFAULT_EXPERIMENT) return [];
  const members = [
    { key: 'ExperimentName', value: writeValue(both[0]!, TEXT, module).code },
    { key: 'TrialName', value: writeValue(both[1]!, TEXT, module).code },
  ];
  return [{ key: 'experiment', value: object(members) }];
}

/** The roles that more than one place takes, each with a constant. */
function rolesIn(document: PipelineDocument, names: Names): Map<string, string> {
  const counts = new Map<string, number>();
  const open: Json[] = document.Steps.map(({ Arguments: args }) => args);
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, member] of Object.entries<Json>(value as JsonObject)) {
      if (typeof member === 'string' && key.endsWith('RoleArn')) counts.set(member, (counts.get(member) ?? 0) + 1);
      else if (typeof member === 'object') open.push(member);
    }
  }
  const shared = [...counts].filter(([arn, count]) => count > 1 && arn.startsWith('arn:')).map(([arn]) => arn);
  return new Map(shared.map((arn) => [arn, names.ofRole()]));
}

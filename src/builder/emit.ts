import { type Assembly, originOf } from '../definition/assembly.ts';
import { ARTIFACT_BUCKET, RESERVED_PARAMETERS } from '../definition/bind.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import {
  type ExperimentConfig,
  type JsonObject,
  type ParameterDeclaration,
  type PipelineDocument,
  SCHEMA_VERSION,
  type StepDocument,
} from '../definition/document.ts';
import { type Path, child, formatPath } from '../definition/path.ts';
import { BRANCHES } from '../definition/walk.ts';
import { assetTable } from './asset-table.ts';
import { type ParameterNode, type StepNode, nodeOf } from './node.ts';
import type { Parameters } from './parameter.ts';
import { type Pipeline, type PipelineParts, partsOfPipeline } from './pipeline.ts';
import { pipelineFaults } from './pipeline-limits.ts';
import { type Placement, placeSteps } from './place.ts';
import { type ResolvedStep, type ValueFault, type World, resolve, resolveStep } from './resolve.ts';
import { type Site, describeSite } from './site.ts';

/** What a document is written for. The account stays open: `bind` closes it. */
export interface EmitOptions {
  /** Literal in the document, since image registries hang on it. */
  readonly region: string;
}

/**
 * Turns a pipeline into its document and what travels beside it. Pure but for reading the assets: no network, no
 * credentials, the same bytes on any machine.
 *
 * @example const { definition, diagnostics } = emit(pipeline, { region: 'eu-west-1' });
 */
export function emit(pipeline: Pipeline, options: EmitOptions): Assembly {
  const parts = partsOfPipeline(pipeline);
  const diagnostics = new Map<string, Diagnostic>();
  const report = (diagnostic: Diagnostic): void => {
    // One fault once: a parameter that is missing is missing at every use.
    const key = `${diagnostic.code} ${diagnostic.message}`;
    if (!diagnostics.has(key)) diagnostics.set(key, diagnostic);
  };
  for (const fault of pipelineFaults(parts)) report(fault);
  const parameters = namesOf(parts, report);
  const world: World = {
    region: options.region,
    parameters,
    textParameters: new Set([
      ...RESERVED_PARAMETERS,
      ...[...parameters].flatMap(([node, name]) => (node.type === 'String' ? [name] : [])),
    ]),
    assets: assetTable(),
    lateBound: new Set(),
  };

  const resolved = new Map<StepNode, ResolvedStep>();
  const placement = placeSteps(parts.steps, (step) => {
    const found = resolveStep(step, world);
    resolved.set(step, found);
    return readsOf(step, found);
  });
  for (const step of placement.listedTwice) report(listedTwice(step));
  const sites: [Path, Site][] = [];
  const steps = emitSteps(placement.top, child(undefined, 'Steps'), { placement, resolved, sites, report });
  const experiment = emitExperiment(parts.experiment, world, report);
  const siblings = resolve(parts.siblings, world);
  reportFaults(siblings.faults, undefined, report);
  const members: PipelineDocument = {
    Version: SCHEMA_VERSION,
    Metadata: {},
    Parameters: [...declarationsOf(parameters, sites), ...lateBoundDeclarations(world.lateBound)],
    PipelineExperimentConfig: experiment,
    Steps: steps,
  };
  const definition = withSiblings(members, parts.siblings, siblings.json);

  let origins: Record<string, string> | undefined;
  const originsNow = (): Record<string, string> => (origins ??= describeSites(sites));
  return {
    name: parts.name,
    ...(parts.description === undefined ? {} : { description: parts.description }),
    tags: parts.tags,
    ...(parts.parallelism === undefined ? {} : { parallelism: parts.parallelism }),
    definition,
    assets: world.assets.references(),
    // Stack traces are slow to turn into text, and only a diagnostic wants them.
    get origins() {
      return originsNow();
    },
    diagnostics: [...diagnostics.values()].map((diagnostic) => locate(diagnostic, originsNow)),
  };
}

/** What a step reads from, and what it is told to wait for. */
function readsOf({ dependsOn }: StepNode, { reads }: ResolvedStep): ReadonlySet<StepNode> {
  const told = dependsOn.filter((needed) => typeof needed !== 'string');
  return told.length === 0 ? reads : new Set([...reads, ...told]);
}

interface Emission {
  readonly placement: Placement;
  readonly resolved: ReadonlyMap<StepNode, ResolvedStep>;
  readonly sites: [Path, Site][];
  readonly report: (diagnostic: Diagnostic) => void;
}

function emitSteps(steps: readonly StepNode[], path: Path, emission: Emission): StepDocument[] {
  return steps.map((step, index) => emitStep(step, child(path, index), emission));
}

function emitStep(step: StepNode, path: Path, emission: Emission): StepDocument {
  const { arguments: args, siblings, faults } = emission.resolved.get(step)!;
  emission.sites.push([path, step.site]);
  reportFaults(faults, path, emission.report);
  const document: Record<string, unknown> = { Name: step.name, Type: step.type, Arguments: args };
  if (step.branches !== undefined) {
    document['Arguments'] = { ...args, ...emitBranches(step, child(path, 'Arguments'), emission) };
  }
  if (step.dependsOn.length > 0) {
    const names = step.dependsOn.map((needed) => (typeof needed === 'string' ? needed : needed.name));
    document['DependsOn'] = [...new Set(names)];
  }
  if (step.displayName !== undefined) document['DisplayName'] = step.displayName;
  if (step.description !== undefined) document['Description'] = step.description;
  return Object.assign(document, siblings) as unknown as StepDocument;
}

function emitBranches(step: StepNode, path: Path, emission: Emission): JsonObject {
  const branches = BRANCHES.map((branch) => [
    branch,
    emitSteps(emission.placement.branch(step, branch), child(path, branch), emission),
  ]);
  return Object.fromEntries(branches);
}

/** The faults of a value, each at its place in the document. */
function reportFaults(faults: readonly ValueFault[], at: Path | undefined, report: Emission['report']): void {
  for (const { keys, ...fault } of faults) {
    report({ ...fault, path: formatPath(keys.reduce<Path | undefined>(child, at)) });
  }
}

function emitExperiment(
  experiment: PipelineParts['experiment'],
  world: World,
  report: Emission['report'],
): ExperimentConfig | null {
  if (experiment === null) return null;
  if (experiment === undefined) {
    return { ExperimentName: { Get: 'Execution.PipelineName' }, TrialName: { Get: 'Execution.PipelineExecutionId' } };
  }
  const { json, faults } = resolve({ PipelineExperimentConfig: experiment }, world);
  reportFaults(faults, undefined, report);
  return json['PipelineExperimentConfig'] as unknown as ExperimentConfig;
}

function withSiblings(
  document: PipelineDocument,
  given: PipelineParts['siblings'],
  siblings: JsonObject,
): PipelineDocument {
  const names = Object.keys(given);
  if (names.length === 0) return document;
  const left = Object.entries(document).filter(([member]) => !(names.includes(member) && given[member] === undefined));
  return { ...Object.fromEntries(left), ...siblings } as unknown as PipelineDocument;
}

/** The name of each parameter: the one it is listed under. */
function namesOf(parts: PipelineParts, report: (diagnostic: Diagnostic) => void): Map<ParameterNode, string> {
  const names = new Map<ParameterNode, string>();
  const declared = Object.entries<Parameters[string]>(parts.parameters);
  for (const [index, [name, value]] of declared.entries()) {
    const path = `Parameters[${index}]`;
    const node = nodeOf(value);
    if (node?.kind !== 'parameter') {
      const fix = `${name}: parameter.string()`;
      report({
        code: 'not-a-parameter',
        severity: 'error',
        message: `${name} is listed as a parameter and is none`,
        path,
        fix,
      });
      continue;
    }
    const other = names.get(node);
    if (other === undefined) names.set(node, name);
    else {
      const message = `${other} and ${name} are the same parameter; its references can carry only one name`;
      report({
        code: 'parameter-listed-twice',
        severity: 'error',
        message,
        path,
        fix: 'make one parameter for each name',
      });
    }
    if (RESERVED_PARAMETERS.includes(name)) {
      const what = name === ARTIFACT_BUCKET ? 'environment.bucket' : 'environment.roleArn';
      report({
        code: 'reserved-parameter',
        severity: 'error',
        message: `The parameter name ${name} is taken: it stands for what only an account knows`,
        path,
        fix: `use ${what}, or choose another name`,
      });
    }
  }
  return names;
}

function declarationsOf(parameters: ReadonlyMap<ParameterNode, string>, sites: [Path, Site][]): ParameterDeclaration[] {
  return [...parameters].map(([node, name], index) => {
    sites.push([child(child(undefined, 'Parameters'), index), node.site]);
    return {
      Name: name,
      Type: node.type,
      ...(node.default === undefined ? {} : { DefaultValue: node.default }),
      ...(node.enum === undefined ? {} : { EnumValues: node.enum }),
      ...(node.description === undefined ? {} : { Description: node.description }),
    };
  });
}

function lateBoundDeclarations(names: ReadonlySet<string>): ParameterDeclaration[] {
  return [...names].toSorted().map((name) => ({ Name: name, Type: 'String' }));
}

function listedTwice(step: StepNode): Diagnostic {
  const at = describeSite(step.site);
  return {
    code: 'step-listed-twice',
    severity: 'error',
    message: `Step ${step.name} stands in more than one list`,
    at,
    fix: 'list it once, or make a second step with a name of its own',
  };
}

function describeSites(sites: readonly [Path, Site][]): Record<string, string> {
  return Object.fromEntries(
    sites.flatMap(([path, site]) => {
      const at = describeSite(site);
      return at === undefined ? [] : [[formatPath(path), at]];
    }),
  );
}

function locate(diagnostic: Diagnostic, origins: () => Record<string, string>): Diagnostic {
  if (diagnostic.at !== undefined || diagnostic.path === undefined) return diagnostic;
  const at = originOf(origins(), diagnostic.path);
  return at === undefined ? diagnostic : { ...diagnostic, at };
}

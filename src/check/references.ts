import type { Path } from '../definition/path.ts';
import { didYouMean } from '../definition/suggest.ts';
import { EXECUTION_VARIABLES, type Reference, parseReference } from '../definition/reference.ts';
import type { ExpressionPlace, StepPlace } from '../definition/walk.ts';
import { listed, show } from './describe.ts';
import { propertyOf } from './properties.ts';
import { type Fault, type ExpressionRule, type Subject, error, warning } from './rule.ts';

const EXPERIMENT_MEMBERS = ['ExperimentName', 'TrialName'];
const ROOTS = ['Parameters', 'Execution', 'Steps', 'PipelineExperimentConfig'];

/** What the text of a `Get` refers to has to be there. Steps are looked for with the graph, their properties with AWS's model. */
export const references: ExpressionRule = {
  on: 'expression',
  member: 'Get',
  *check({ expression, path }, reader, subject): Generator<Fault> {
    const text = expression['Get'];
    if (typeof text !== 'string') return;
    const reference = parseReference(text);
    switch (reference.root) {
      case 'unknown':
        yield error('unknown-reference', path, `Get ${show(text)} refers to nothing`, unreadable(text));
        return;
      case 'Parameters':
        if (!subject.parameters.has(reference.name)) yield undeclared(reference.name, path, subject);
        return;
      case 'Execution':
        if (!EXECUTION_VARIABLES.includes(reference.variable)) {
          yield error('unknown-variable', path, `An execution has no variable ${reference.variable}`, {
            detail: `it has: ${EXECUTION_VARIABLES.join(', ')}`,
            fix: didYouMean(reference.variable, EXECUTION_VARIABLES),
          });
        } else yield* jobNameFaults(reference.variable, path, reader);
        return;
      case 'PipelineExperimentConfig':
        if (!EXPERIMENT_MEMBERS.includes(reference.member)) {
          yield error('unknown-variable', path, `PipelineExperimentConfig has no member ${reference.member}`, {
            detail: `it has: ${EXPERIMENT_MEMBERS.join(', ')}`,
          });
        }
        return;
      case 'Steps':
        yield* stepFaults(reference, path, reader, subject);
    }
  },
};

// https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-variables.html
const NAMED_JOBS: Readonly<Record<string, readonly string[]>> = {
  TrainingJobName: ['Training'],
  ProcessingJobName: ['Processing', 'QualityCheck', 'ClarifyCheck'],
};

/** The name of a job is known where it is started. */
function* jobNameFaults(variable: string, path: Path, reader: StepPlace | undefined): Generator<Fault> {
  const types = Object.hasOwn(NAMED_JOBS, variable) ? NAMED_JOBS[variable]! : undefined;
  if (types === undefined || types.includes(reader?.step.Type ?? '')) return;
  const who = reader === undefined ? 'the pipeline' : `${reader.step.Type} step ${reader.step.Name}`;
  yield warning('unknown-variable', path, `Execution.${variable} is a job's own name, and ${who} starts no such job`, {
    fix: `read the name of another step's job: Steps.NAME.${variable}`,
  });
}

function* stepFaults(
  { step: name, path: segments }: Extract<Reference, { root: 'Steps' }>,
  path: Path,
  reader: StepPlace | undefined,
  { graph, shared, suggest }: Subject,
): Generator<Fault> {
  const place = shared.has(name) ? undefined : graph.steps.get(name);
  if (place === undefined) return;
  const { step } = place;
  if (step.Type === 'Fail') {
    yield failRead(name, path, reader);
    return;
  }
  if (place.inside !== undefined && reader !== undefined) yield* branchFaults(place, path, reader);
  // The property files that Std:JsonGet reads have a rule of their own.
  if (isPropertyFile(path)) return;
  const found = propertyOf(step, segments);
  if (!('unknown' in found)) return;
  const { unknown, owner, known } = found;
  const isFile = unknown === 'PropertyFiles';
  yield error('unknown-property', path, `${owner} has no ${segments.length === 0 ? 'properties' : unknown}`, {
    detail: known.length === 0 ? 'there is nothing beneath it' : `it has: ${listed(known, 12)}`,
    fix: isFile ? 'read a property file with Std:JsonGet' : suggest(unknown, known),
  });
}

function isPropertyFile({ key, parent }: Path): boolean {
  return key === 'PropertyFile' && parent?.key === 'Std:JsonGet';
}

function undeclared(name: string, path: ExpressionPlace['path'], { parameters, suggest }: Subject): Fault {
  const names = parameters.keys();
  return error('unknown-parameter', path, `Parameter ${show(name)} is read and not declared`, {
    detail: parameters.size === 0 ? 'the pipeline declares no parameters' : `it declares: ${listed(names)}`,
    fix: suggest(name, parameters.keys()) ?? 'declare it in Parameters',
  });
}

function unreadable(text: string): { detail: string; fix: string | undefined } {
  const [root = ''] = text.split('.', 1);
  const detail = ROOTS.includes(root)
    ? "the path after it cannot be read: Steps.NAME.Member, [0] or ['key']"
    : `a reference begins with one of ${ROOTS.map((known) => `${known}.`).join(' ')}`;
  return { detail, fix: ROOTS.includes(root) ? undefined : didYouMean(root, ROOTS) };
}

/** A Fail step has no properties. */
function failRead(step: string, path: Path, reader: StepPlace | undefined): Fault {
  const who = reader?.step.Name ?? 'The pipeline';
  return error('fail-depended-on', path, `${who} reads from ${step}, a Fail step`, {
    detail: 'the execution ends there, and a Fail step has no properties',
  });
}

/** AWS accepts it, and the reader fails or is left out when the branch is not taken. */
function* branchFaults(place: StepPlace, path: Path, reader: StepPlace): Generator<Fault> {
  const condition = conditionThatMayNotChoose(place, reader);
  if (condition === undefined) return;
  const { Name: step } = place.step;
  yield warning('branch-may-not-run', path, `${reader.step.Name} reads from ${step}, which may not run`, {
    detail: `condition ${condition} decides whether it does`,
    fix: `put ${reader.step.Name} into the same branch`,
  });
}

/** The innermost condition around a step that does not stand around its reader on the same side. */
function conditionThatMayNotChoose(place: StepPlace, reader: StepPlace): string | undefined {
  const sides = new Map<StepPlace['step'], string>();
  for (let at = reader.inside; at !== undefined; at = at.condition.inside) sides.set(at.condition.step, at.branch);
  for (let at = place.inside; at !== undefined; at = at.condition.inside) {
    if (sides.get(at.condition.step) !== at.branch) return at.condition.step.Name;
  }
  return undefined;
}

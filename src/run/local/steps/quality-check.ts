import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sayFirst } from '../../../definition/count.ts';
import type { Json, JsonObject } from '../../../definition/document.ts';
import { PipelineError, isPipelineError } from '../../../definition/error.ts';
import { below } from '../../../s3/uri.ts';
import type { ContainerEnd, ContainerJob, Listener } from '../containers/container.ts';
import { readStoredJson } from '../property-file.ts';
import { type Violation, constraintsOf, isComparedElsewhere, violationsOf } from '../quality/constraints.ts';
import { type DatasetFormat, formatOf, rowsIn } from '../quality/dataset.ts';
import {
  type Attributes,
  type Problem,
  measure,
  modelConstraintsOf,
  modelViolationsOf,
} from '../quality/model-metrics.ts';
import { profile, statisticsOf } from '../quality/statistics.ts';
import { type Registry, listPackages } from '../registry.ts';
import { writeJson } from '../run-folder.ts';
import { formatPlace, readPlace } from '../store/place.ts';
import { needInJob } from './layout.ts';
import { processing } from './processing.ts';
import { at, objectsAt, textAt, textMapAt } from './read.ts';
import type { PlannedStep, StepKind, StepWork } from './step.ts';

const STATISTICS = 'statistics.json';
const CONSTRAINTS = 'constraints.json';
const VIOLATIONS = 'constraint_violations.json';
const OUTPUT = 'quality_check_output';
const PROBLEMS: readonly string[] = ['Regression', 'BinaryClassification', 'MulticlassClassification'];

/**
 * A QualityCheck step: its processing job is one of ours, which writes the files that Model Monitor's image writes.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html
 */
export const qualityCheck: StepKind = {
  inspect: (planned) => {
    processing.inspect(planned);
    inspectAnalysis(planned);
    const { step, beside, registry, report } = planned;
    if (isComplete(beside) && needsBaseline(beside) && baselineOf(beside, registry) === undefined) {
      const group = given(beside, 'ModelPackageGroupName');
      report('error', 'no-baseline', `${step.Name} compares with a baseline, and there is none`, {
        detail: group === undefined ? undefined : `no approved version of ${group} has one in its DriftCheckBaselines`,
        fix: 'give SuppliedBaselineConstraints and SuppliedBaselineStatistics; or, to make the first: SkipCheck and RegisterNewBaseline',
      });
    }
  },
  reads: (planned) => [
    ...(processing.reads?.(planned) ?? []),
    ...(['SuppliedBaselineConstraints', 'SuppliedBaselineStatistics'] as const).flatMap((member) => {
      const uri = given(planned.beside, member);
      return uri === undefined ? [] : [{ uri, below: member }];
    }),
  ],
  run: async (work) => {
    const { beside } = work;
    const baseline = baselineOf(beside, work.registry);
    if (baseline === undefined && needsBaseline(beside)) {
      throw new PipelineError('failed', 'no-baseline', 'there is no baseline to compare with');
    }
    const earlier = isOn(beside, 'SkipCheck') ? undefined : await readBaseline(baseline, work);
    let found: readonly Violation[] = [];
    const run = async (job: ContainerJob, listen: Listener, signal: AbortSignal): Promise<ContainerEnd> => {
      const end = { exitCode: 0, signal: null, timedOut: false };
      const late = AbortSignal.timeout(Math.min((job.secondsAtMost ?? LONGEST) * 1000, LONGEST));
      try {
        found = await analyse(job, earlier, AbortSignal.any([signal, late]));
        for (const violation of found) listen('stdout', told(violation));
        return end;
      } catch (error) {
        if (signal.aborted) return { ...end, exitCode: null, signal: 'SIGTERM' };
        if (late.aborted) return { ...end, exitCode: null, signal: 'SIGTERM', timedOut: true };
        // A fault of the data is the job's; one of this machine or of ours is not to pass for it.
        if (!isPipelineError(error)) throw error;
        const detail = error.detail === undefined ? '' : `: ${error.detail}`;
        return { ...end, exitCode: 1, failure: `${error.message}${detail}` };
      }
    };
    if (isComparedElsewhere(earlier?.constraints ?? null)) work.warn(notCompared(work));
    const result = await processing.run({ ...work, containers: { ...work.containers, run } });
    const made = placesIn(work.given);
    if (found.length > 0 && !FALSE.includes(beside['FailOnViolation'])) {
      throw new PipelineError('failed', 'quality-violated', `the check found ${count(found)}`, {
        detail: `${sayFirst(found.map(told), SHOWN, '; ')}; all of it: ${made.violations}`,
      });
    }
    const used = isOn(beside, 'RegisterNewBaseline') ? made : (baseline ?? made);
    return {
      ...result,
      properties: {
        ...(result.properties as JsonObject),
        CalculatedBaselineConstraints: made.constraints,
        CalculatedBaselineStatistics: made.statistics ?? null,
        BaselineUsedForDriftCheckConstraints: used.constraints,
        BaselineUsedForDriftCheckStatistics: used.statistics ?? null,
      },
      facts: earlier === undefined ? {} : { violations: found.length, violationReport: made.violations },
    };
  },
};

const SHOWN = 3;
/** A timer cannot be set for longer. */
const LONGEST = 2 ** 31 - 1;

function count(found: readonly Violation[]): string {
  return found.length === 1 ? 'a violation of its constraints' : `${found.length} violations of its constraints`;
}

function told(violation: Violation): string {
  const { constraint_check_type: check, description } = violation;
  const feature = textAt(violation, 'feature_name');
  return feature === undefined ? description : `${feature} (${check}): ${description}`;
}

function notCompared({ step }: StepWork) {
  return {
    code: 'drift-not-compared',
    severity: 'warning',
    message: `${step.Name} compares categories by L-infinity, not by a chi-squared test`,
    detail: 'categorical_drift_method of the baseline is ChiSquared, which is not made on this machine',
  } as const;
}

/** Where a baseline is. */
interface Baseline {
  readonly constraints: string;
  readonly statistics: string | undefined;
}

/** A member that is set: the SDK writes null for one that is not, and a parameter may be empty. */
function given(beside: JsonObject, member: string): string | undefined {
  const text = textAt(beside, member);
  return text === '' ? undefined : text;
}

/** A truth value, also as a parameter gives it. */
function isOn(beside: JsonObject, member: string): boolean {
  return TRUE.includes(beside[member]);
}

// As JSON has them, and as Python writes them into a parameter.
const TRUE: readonly unknown[] = [true, 'true', 'True'];
const FALSE: readonly unknown[] = [false, 'false', 'False'];

function needsBaseline(beside: JsonObject): boolean {
  return !(isOn(beside, 'SkipCheck') && isOn(beside, 'RegisterNewBaseline'));
}

/** Whether all is known that says which baseline there is. */
function isComplete(beside: JsonObject): boolean {
  const members = ['SuppliedBaselineConstraints', 'ModelPackageGroupName', 'SkipCheck', 'RegisterNewBaseline'];
  return members.every((member) => typeof beside[member] !== 'object' || beside[member] === null);
}

/** As supplied; else that of the newest approved version of the group. */
function baselineOf(beside: JsonObject, registry: Registry): Baseline | undefined {
  const constraints = given(beside, 'SuppliedBaselineConstraints');
  if (constraints !== undefined) return { constraints, statistics: given(beside, 'SuppliedBaselineStatistics') };
  const group = given(beside, 'ModelPackageGroupName');
  if (group === undefined) return undefined;
  const approved = listPackages(registry, group).find((each) => each.ModelApprovalStatus === 'Approved');
  const kind = beside['CheckType'] === 'MODEL_QUALITY' ? 'ModelQuality' : 'ModelDataQuality';
  const kept = at(approved, 'DriftCheckBaselines', kind);
  const uri = textAt(kept, 'Constraints', 'S3Uri');
  return uri === undefined ? undefined : { constraints: uri, statistics: textAt(kept, 'Statistics', 'S3Uri') };
}

interface ReadBaseline {
  readonly constraints: Json;
  readonly statistics: Json | undefined;
}

async function readBaseline(baseline: Baseline | undefined, work: StepWork): Promise<ReadBaseline | undefined> {
  if (baseline === undefined) return undefined;
  const { constraints, statistics } = baseline;
  return {
    constraints: await readStoredJson(constraints, work),
    statistics: statistics === undefined ? undefined : await readStoredJson(statistics, work),
  };
}

/** Where the step's own files go. */
function placesIn(request: JsonObject): Baseline & { readonly violations: string } {
  const outputs = objectsAt(request, 'ProcessingOutputConfig', 'Outputs');
  const output = outputs.find((each) => each['OutputName'] === OUTPUT) ?? outputs[0];
  const place = readPlace(textAt(output, 'S3Output', 'S3Uri') ?? '');
  const uri = (name: string): string => formatPlace(below(place, name));
  return { constraints: uri(CONSTRAINTS), statistics: uri(STATISTICS), violations: uri(VIOLATIONS) };
}

async function analyse(
  { folder, environment }: ContainerJob,
  earlier: ReadBaseline | undefined,
  signal: AbortSignal,
): Promise<readonly Violation[]> {
  const format = formatOf(environment['dataset_format'] ?? '');
  if (format === undefined)
    throw new PipelineError('failed', 'bad-dataset', 'its dataset_format is not one that is read here');
  const source = needInJob(folder, environment['dataset_source'] ?? '');
  const target = needInJob(folder, environment['output_path'] ?? '');
  mkdirSync(target, { recursive: true });
  const attributes = attributesIn(environment, format);
  const read = () => rowsIn(source, format, signal);
  const made =
    attributes === undefined ? await ofData(read, format, earlier) : await ofModel(read, attributes, earlier);
  writeJson(join(target, STATISTICS), made.statistics);
  writeJson(join(target, CONSTRAINTS), made.constraints);
  if (earlier !== undefined) writeJson(join(target, VIOLATIONS), { violations: made.violations });
  return made.violations;
}

interface Analysis {
  readonly statistics: JsonObject;
  readonly constraints: JsonObject;
  readonly violations: readonly Violation[];
}

async function ofData(
  read: () => ReturnType<typeof rowsIn>,
  format: DatasetFormat,
  earlier: ReadBaseline | undefined,
): Promise<Analysis> {
  const dataset = await profile(read, format.type === 'json');
  if (dataset.count === 0) throw new PipelineError('failed', 'bad-dataset', 'The dataset has no records');
  const violations = earlier === undefined ? [] : violationsOf(dataset, earlier.constraints, earlier.statistics);
  return { statistics: statisticsOf(dataset), constraints: constraintsOf(dataset), violations };
}

async function ofModel(
  read: () => ReturnType<typeof rowsIn>,
  attributes: Attributes,
  earlier: ReadBaseline | undefined,
): Promise<Analysis> {
  const { problem } = attributes;
  const statistics = await measure(read(), attributes);
  const violations = earlier === undefined ? [] : modelViolationsOf(statistics, earlier.constraints, problem);
  return { statistics, constraints: modelConstraintsOf(statistics, problem), violations };
}

/** Undefined where data are looked at, and not what a model made of them. */
function attributesIn(environment: Readonly<Record<string, string>>, format: DatasetFormat): Attributes | undefined {
  if (environment['analysis_type'] !== 'MODEL_QUALITY') return undefined;
  // Of CSV without a header a column is named by its number.
  const column = (name: string): string | undefined => {
    const value = environment[name];
    if (value === undefined || value === '') return undefined;
    return format.type === 'csv' && !format.hasHeader && /^\d+$/.test(value) ? `_c${value}` : value;
  };
  const threshold = Number(environment['probability_threshold_attribute'] ?? '0.5');
  return {
    problem: environment['problem_type'] as Problem,
    truth: column('ground_truth_attribute') ?? '',
    inference: column('inference_attribute'),
    probability: column('probability_attribute'),
    threshold: Number.isFinite(threshold) ? threshold : 0.5,
  };
}

function inspectAnalysis({ step, given: request, beside, report }: PlannedStep): void {
  const environment = textMapAt(request, 'Environment');
  const refuse = (message: string, fix?: string): void =>
    report('error', 'analysis-not-supported', `${step.Name} ${message}`, { below: 'Arguments.Environment', fix });
  const format = environment['dataset_format'];
  if (format !== undefined && !format.includes('"Get"') && formatOf(format) === undefined) {
    refuse(`reads a dataset as ${format}, which only the service does`, 'give it as CSV or JSON Lines');
  }
  for (const script of ['record_preprocessor_script', 'post_analytics_processor_script']) {
    if (environment[script] === undefined) continue;
    refuse(`has a ${script}, which runs within AWS's image alone`, 'prepare the data in a Processing step before it');
  }
  if (beside['CheckType'] !== 'MODEL_QUALITY') return;
  const problem = environment['problem_type'];
  if (problem === undefined || !PROBLEMS.includes(problem)) {
    refuse(`measures a model of the problem type ${problem ?? 'nothing'}`, `problem_type: ${PROBLEMS.join(', ')}`);
  }
  if (environment['ground_truth_attribute'] === undefined) {
    refuse('measures a model without knowing what is true', 'ground_truth_attribute: the column with the truth');
  }
}

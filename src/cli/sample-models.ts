import type { Json, JsonObject } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { isObject } from '../definition/expression.ts';
import type { Answer } from './command.ts';
import type { Context } from './context.ts';
import type { GivenValues } from './parameters.ts';

/** How a sample says that a parameter is a model which this project has to have trained. */
interface WantedModel {
  /** The model package group; its newest approved version is meant. */
  readonly approvedModel: string;
  /** `name` for the model's name with its version, `data` for the place of its first archive. */
  readonly as: 'name' | 'data';
  /** The pipeline that registers such a model, as `--name` takes it. */
  readonly madeBy: string;
}

/** A sample with its models in place, or the run that was to make one and did not end well. */
type SampleWithModels =
  | { readonly sample: GivenValues; readonly notes: readonly string[] }
  | { readonly failed: Answer };

/**
 * Puts models of this project where a sample asks for them; one that is not there yet is made first, by running the
 * pipeline that the sample names. Parameters that were given otherwise need no model.
 */
export async function withModels(
  sample: GivenValues,
  given: readonly GivenValues[],
  makeModel: ((pipeline: string, why: string) => Promise<Answer>) | undefined,
  context: Context,
): Promise<SampleWithModels> {
  const values = new Map<string, Json>();
  const notes: string[] = [];
  for (const [name, value] of Object.entries(sample.values)) {
    if (given.some((place) => Object.hasOwn(place.values, name))) continue;
    if (!isObject(value)) {
      values.set(name, value);
      continue;
    }
    const wanted = readWanted(name, value, sample);
    const here = await findValue(wanted, context);
    if (here !== undefined) {
      values.set(name, here);
    } else if (makeModel === undefined) {
      notes.push(`note: ${wanted.madeBy} would run first: ${missing(wanted)}`);
      values.set(name, wanted.as === 'name' ? wanted.approvedModel : `(the model that ${wanted.madeBy} makes)`);
    } else {
      const answer = await makeModel(wanted.madeBy, missing(wanted));
      if (answer.failure !== undefined) return { failed: answer };
      const made = await findValue(wanted, context);
      if (made === undefined) throw stillMissing(wanted, sample);
      values.set(name, made);
    }
  }
  return { sample: { ...sample, values: Object.fromEntries(values) }, notes };
}

function readWanted(name: string, value: JsonObject, { file }: GivenValues): WantedModel {
  const { approvedModel, as = 'name', madeBy, ...rest } = value;
  const isWhole = typeof approvedModel === 'string' && typeof madeBy === 'string' && (as === 'name' || as === 'data');
  if (isWhole && Object.keys(rest).length === 0) return { approvedModel, as, madeBy };
  throw new PipelineError('usage', 'bad-sample', `The sample for ${name} says nothing that can be used`, {
    at: file,
    detail:
      'an object stands for a model: { "approvedModel": GROUP, "madeBy": PIPELINE }, with "as": "data" for its archive',
  });
}

async function findValue(wanted: WantedModel, context: Context): Promise<string | undefined> {
  const [{ containersOf, listPackages }, { registryOf }] = await Promise.all([
    import('../run/local/registry.ts'),
    import('./models/registry-of.ts'),
  ]);
  const packages = listPackages(registryOf(context), wanted.approvedModel);
  const approved = packages.find((each) => each.ModelApprovalStatus === 'Approved');
  // With its version, so that what a run writes down says which model it used.
  if (approved === undefined || wanted.as === 'name') {
    return approved && `${wanted.approvedModel}/${approved.ModelPackageVersion}`;
  }
  const [first] = containersOf(approved);
  const data = isObject(first) ? first['ModelDataUrl'] : undefined;
  return typeof data === 'string' ? data : undefined;
}

function missing({ approvedModel }: WantedModel): string {
  return `no approved version of the model "${approvedModel}" is here yet`;
}

function stillMissing(wanted: WantedModel, { file }: GivenValues): PipelineError {
  return new PipelineError('usage', 'no-such-model', `${wanted.madeBy} ran, and still ${missing(wanted)}`, {
    at: file,
    fix: `sagemaker-pipelines models approve ${wanted.approvedModel}`,
  });
}

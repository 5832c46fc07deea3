import {
  type Input,
  type Parameter,
  type ParameterWithDefault,
  type Pipeline,
  type Step,
  definePipeline,
  environment,
  execution,
  join,
  jsonGet,
  outputUri,
  parameter,
  quoted,
  step,
  unsafe,
  when,
} from 'sagemaker-pipelines';
import * as fc from '../support/fast-check.ts';

/** A value of a step, as data: what it is made of, with earlier steps by their number. */
type ValueRecipe =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'parameter' | 'bucket' | 'role' | 'id' | 'place' }
  | { readonly kind: 'read'; readonly step: number; readonly key: string }
  | {
      readonly kind: 'tag' | 'separated' | 'quoted' | 'fileAt' | 'list' | 'object';
      readonly parts: readonly ValueRecipe[];
    };

interface StepRecipe {
  readonly values: readonly ValueRecipe[];
  readonly dependsOn: readonly number[];
  /** Whether it is listed at the top though others read it. */
  readonly listed: boolean;
  /** Makes it a condition; earlier steps that nobody lists yet go into its branches by these draws. */
  readonly branches: readonly (0 | 1 | 2)[] | undefined;
}

/** A pipeline as data: the same recipe makes the same pipeline, whatever the order its steps are made in. */
export type PipelineRecipe = readonly StepRecipe[];

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('', '/', "o'x", 'a.b', '"', '\\', '日本'),
);
const literal = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const { value } = fc.letrec<{ value: ValueRecipe; piece: ValueRecipe }>((tie) => ({
  piece: fc.oneof(
    { maxDepth: 3 },
    text.map((known) => ({ kind: 'literal' as const, value: known })),
    fc.record({ kind: fc.constantFrom('parameter', 'bucket', 'role', 'id') }),
    fc.record({ kind: fc.constant('read'), step: fc.nat(), key: text }),
    fc.record({ kind: fc.constantFrom('tag', 'separated'), parts: fc.array(tie('piece'), { maxLength: 4 }) }),
  ) as fc.Arbitrary<ValueRecipe>,
  value: fc.oneof(
    { maxDepth: 3 },
    literal.map((known) => ({ kind: 'literal' as const, value: known })),
    tie('piece'),
    fc.record({ kind: fc.constantFrom('quoted', 'fileAt'), parts: fc.tuple(tie('piece')) }),
    fc.record({ kind: fc.constantFrom('list', 'object'), parts: fc.array(tie('value'), { maxLength: 3 }) }),
  ) as fc.Arbitrary<ValueRecipe>,
}));

export const pipelineRecipe: fc.Arbitrary<PipelineRecipe> = fc.array(
  fc.record({
    values: fc.array(value, { maxLength: 3 }),
    dependsOn: fc.array(fc.nat(), { maxLength: 2 }),
    listed: fc.boolean(),
    branches: fc.option(fc.array(fc.constantFrom(0 as const, 1 as const, 2 as const), { maxLength: 6 }), {
      nil: undefined,
    }),
  }),
  { minLength: 1, maxLength: 9 },
);

/** What stands for the account in a recipe: the environment, or values that are known. */
export interface Account {
  readonly bucket: Input<string>;
  readonly roleArn: Input<string>;
}

/** A step that was made, and how later ones read from it. */
interface Made {
  readonly step: Step;
  readonly read: (key: string) => unknown;
}

/** Makes the pipeline of a recipe. `shuffled` lists the top level the other way round, as an author may. */
export function buildPipeline(recipe: PipelineRecipe, account: Account = environment, shuffled = false): Pipeline {
  const P = parameter.string({ default: 'p' });
  const made: Made[] = [];
  const listed = new Set<Step>();
  const reached = new Set<Step>();
  for (const [index, { values, dependsOn, branches }] of recipe.entries()) {
    const earlier = (number: number): Made | undefined => {
      const found = index === 0 ? undefined : made[number % index];
      if (found !== undefined) reached.add(found.step);
      return found;
    };
    const args = values.map((each) => valueOf(each, { P, account, earlier }));
    const options = { dependsOn: dependsOn.flatMap((number) => earlier(number)?.step ?? []) };
    if (branches === undefined) {
      const job = step.custom(`s${index}`, 'Training', { args }, options);
      made.push({ step: job, read: (key) => job.property(`Outputs['${escaped(key)}']`) });
      continue;
    }
    const free = made.map((each) => each.step).filter((each) => !listed.has(each));
    const side = (wanted: number): Step[] => free.filter((_, position) => branches[position] === wanted);
    const [IfSteps, ElseSteps] = [side(1), side(2)];
    for (const each of [...IfSteps, ...ElseSteps]) listed.add(each);
    const Conditions = args.map((each) => when(P, '==', unsafe<string>(each)));
    const choice = step.condition(`s${index}`, { Conditions, IfSteps, ElseSteps }, options);
    made.push({ step: choice, read: () => choice.properties.Outcome });
  }
  const top = made
    .map((each) => each.step)
    .filter((each, index) => !listed.has(each) && (recipe[index]!.listed || !reached.has(each)));
  return definePipeline({ name: 'random', parameters: { P }, steps: shuffled ? top.toReversed() : top });
}

interface Around {
  readonly P: Parameter<string> | ParameterWithDefault<string>;
  readonly account: Account;
  readonly earlier: (number: number) => Made | undefined;
}

function escaped(key: string): string {
  return key.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}

function valueOf(recipe: ValueRecipe, around: Around): unknown {
  const { P, account, earlier } = around;
  switch (recipe.kind) {
    case 'literal':
      return recipe.value;
    case 'parameter':
      return P;
    case 'bucket':
      return account.bucket;
    case 'role':
      return account.roleArn;
    case 'id':
      return execution.PipelineExecutionId;
    case 'place':
      return outputUri('place');
    case 'read':
      return earlier(recipe.step)?.read(recipe.key) ?? 'none';
    case 'list':
      return recipe.parts.map((part) => valueOf(part, around));
    case 'object':
      return Object.fromEntries(recipe.parts.map((part, index) => [`m${index}`, valueOf(part, around)]));
    default:
      return textOf(
        recipe.kind,
        recipe.parts.map((part) => valueOf(part, around) as Input<string>),
      );
  }
}

function textOf(kind: 'tag' | 'separated' | 'quoted' | 'fileAt', parts: readonly Input<string>[]): unknown {
  if (kind === 'separated') return join('/', ...parts);
  const tagged = parts.reduce<Input<string>>((all, part) => join`${all}${part}`, '');
  if (kind === 'tag') return tagged;
  return kind === 'quoted' ? quoted(tagged) : jsonGet({ s3Uri: tagged }, 'a.b');
}

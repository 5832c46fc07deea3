import { randomUUID } from 'node:crypto';
import type { Body } from './json-service.ts';

/** What a state does; without a plan a task is looked at once while it runs and then succeeds. */
export interface StatePlan {
  /** How many looks find it running. */
  readonly looks?: number;
  readonly ends?: 'Succeeded' | 'Failed';
  /** How many attempts fail before one ends as planned. */
  readonly failures?: number;
  readonly failureReason?: string;
  /** The rule that a choice follows: `True` the first, `False` the default; one for each time it is reached. */
  readonly outcome?: 'True' | 'False' | readonly ('True' | 'False')[];
  /** What a task gives back beside what its kind does. */
  readonly result?: Body;
  /** What its job wrote to its log. */
  readonly log?: readonly string[];
}

/** A job that a task has started. */
export interface WalkedJob {
  readonly name: string;
  readonly type: string;
  readonly job: string;
  readonly start: number;
}

/** What a walk is made with, and what it leaves. */
export interface Walk {
  /** Adds an event; the result is its id. */
  readonly emit: (type: string, previous: number, details?: Body) => number;
  readonly plans: Readonly<Record<string, StatePlan>>;
  readonly now: () => number;
  readonly jobs: WalkedJob[];
}

type Data = { readonly Parameters: Body; readonly Steps: Body; readonly Error?: Body };
export type Outcome =
  | { readonly state: 'succeeded'; readonly data: Data; readonly last: number }
  | { readonly state: 'failed'; readonly error: string; readonly cause: string; readonly last: number };
type State = Body & { readonly Type: string; readonly Next?: string };
type Walking = Generator<'look', Outcome>;

/** Walks the states of a machine, one look after the other. */
export function* walkMachine(machine: Body, input: Body, walk: Walk, previous: number): Walking {
  return yield* walkStates(machine, { Parameters: input, Steps: {} }, walk, previous);
}

function* walkStates({ StartAt, States }: Body, from: Data, walk: Walk, previous: number): Walking {
  let data = from;
  let last = previous;
  for (let name: string | undefined = String(StartAt); name !== undefined;) {
    const state: State = (States as Record<string, State>)[name]!;
    last = walk.emit(`${state.Type}StateEntered`, last, entered(name, data));
    switch (state.Type) {
      case 'Pass':
        data = passed(name, state, data);
        break;
      case 'Wait':
        yield 'look';
        break;
      case 'Choice':
        last = walk.emit('ChoiceStateExited', last, exited(name, data));
        name = chosen(name, state, walk);
        continue;
      case 'Fail': {
        const { error, cause } = failure(state, data, walk.plans[name]);
        return { state: 'failed', error, cause, last };
      }
      case 'Parallel':
      case 'Task': {
        const done: Outcome = yield* state.Type === 'Task'
          ? walkTask(name, state, data, walk, last)
          : walkBranches(state, data, walk, last);
        last = done.last;
        const catcher = (state['Catch'] as readonly { Next: string }[] | undefined)?.[0];
        if (done.state === 'failed' && catcher === undefined) return done;
        data = done.state === 'failed' ? { ...data, Error: { Error: done.error, Cause: done.cause } } : done.data;
        last = walk.emit(`${state.Type}StateExited`, last, exited(name, data));
        name = done.state === 'failed' ? catcher!.Next : state.Next;
        continue;
      }
      default:
        throw new Error(`the fake knows no state of type ${state.Type}`);
    }
    last = walk.emit(`${state.Type}StateExited`, last, exited(name, data));
    name = state.Next;
  }
  return { state: 'succeeded', data, last };
}

const entered = (name: string, data: Data): Body => ({
  stateEnteredEventDetails: { name, input: JSON.stringify(data) },
});
const exited = (name: string, data: Data): Body => ({
  stateExitedEventDetails: { name, output: JSON.stringify(data) },
});

/** Of the data only parameters and the steps' results are kept; what a state computes is not computed. */
function passed(name: string, state: State, data: Data): Data {
  if (name === 'Defaults') return { ...data, Parameters: { ...(state['Result'] as Body), ...data.Parameters } };
  const branches = Object.entries(data).flatMap(([key, value]) => (/^Branch\d+$/.test(key) ? [value as Data] : []));
  if (branches.length === 0) return data;
  return { Parameters: branches[0]!.Parameters, Steps: Object.assign({}, ...branches.map(({ Steps }) => Steps)) };
}

const choices = new WeakMap<Walk, Map<string, number>>();

function chosen(name: string, state: State, walk: Walk): string {
  const counts = choices.get(walk) ?? new Map<string, number>();
  choices.set(walk, counts);
  const time = counts.get(name) ?? 0;
  counts.set(name, time + 1);
  const outcome = walk.plans[name]?.outcome ?? 'True';
  const now = typeof outcome === 'string' ? outcome : (outcome[time] ?? 'True');
  return now === 'True' ? (state['Choices'] as readonly { Next: string }[])[0]!.Next : String(state['Default']);
}

function failure(state: State, { Error: error }: Data, plan: StatePlan | undefined): { error: string; cause: string } {
  const caught = state['CausePath'] === '$.Error.Cause' ? error?.['Cause'] : undefined;
  const cause = state['Cause'] ?? caught ?? plan?.failureReason ?? state['CausePath'];
  return { error: String(state['Error']), cause: typeof cause === 'string' ? cause : '' };
}

function* walkTask(name: string, state: State, data: Data, walk: Walk, entered: number): Walking {
  const [service = '', action = ''] = String(state['Resource'])
    .replace('arn:aws:states:::', '')
    .split(/:(?=[^:]+$)/);
  const about = { resourceType: service, resource: action };
  const parameters = named(state['Parameters'] as Body);
  const {
    looks = 1,
    ends = 'Succeeded',
    failures = 0,
    failureReason = 'AlgorithmError: exit code 1',
    result = {},
  } = walk.plans[name] ?? {};
  const retrier = (state['Retry'] as readonly { MaxAttempts: number }[] | undefined)?.[0];
  let last = entered;
  for (let attempt = 0; ; attempt++) {
    const job = jobOf(action, parameters);
    last = walk.emit('TaskScheduled', last, {
      taskScheduledEventDetails: { ...about, region: 'us-east-1', parameters: JSON.stringify(parameters) },
    });
    last = walk.emit('TaskStarted', last, { taskStartedEventDetails: about });
    if (job !== undefined) walk.jobs.push({ name, ...job, start: walk.now() });
    if (action.includes('.sync')) {
      last = walk.emit('TaskSubmitted', last, { taskSubmittedEventDetails: about });
      for (let look = 0; look < looks; look++) yield 'look';
    }
    if (attempt >= failures && ends === 'Succeeded') break;
    const cause =
      job === undefined
        ? failureReason
        : JSON.stringify({ ...describe(job, parameters), FailureReason: failureReason });
    last = walk.emit('TaskFailed', last, { taskFailedEventDetails: { ...about, error: 'States.TaskFailed', cause } });
    if (attempt >= (retrier?.MaxAttempts ?? 0)) return { state: 'failed', error: 'States.TaskFailed', cause, last };
  }
  const job = jobOf(action, parameters);
  const value = { ...(job === undefined ? {} : describe(job, parameters)), ...result };
  last = walk.emit('TaskSucceeded', last, { taskSucceededEventDetails: { ...about, output: JSON.stringify(value) } });
  const place = /^\$\.Steps(?:\.(\w+)|\['(.+)'\])$/.exec(String(state['ResultPath']));
  const key = place?.[1] ?? place?.[2];
  const Steps = key === undefined ? data.Steps : { ...data.Steps, [key]: value };
  return { state: 'succeeded', data: { ...data, Steps }, last };
}

function* walkBranches(state: State, data: Data, walk: Walk, entered: number): Walking {
  const started = walk.emit('ParallelStateStarted', entered);
  const branches = (state['Branches'] as readonly Body[]).map((branch) => walkStates(branch, data, walk, started));
  const outcomes = new Map<number, Outcome>();
  for (;;) {
    for (const [index, branch] of branches.entries()) {
      if (outcomes.has(index)) continue;
      const step = branch.next();
      if (step.done !== true) continue;
      outcomes.set(index, step.value);
      if (step.value.state === 'failed') {
        return { ...step.value, last: walk.emit('ParallelStateFailed', step.value.last) };
      }
    }
    if (outcomes.size === branches.length) break;
    yield 'look';
  }
  const results = Object.fromEntries(
    [...outcomes].map(([index, outcome]) => [`Branch${index + 1}`, outcome.state === 'succeeded' ? outcome.data : {}]),
  );
  const last = walk.emit('ParallelStateSucceeded', Math.max(...[...outcomes.values()].map((each) => each.last)));
  return { state: 'succeeded', data: { ...data, ...results }, last };
}

/** The names that `States.Format('Train-{}', States.UUID())` makes; other computed members are left out. */
function named(parameters: Body = {}): Body {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([key, value]) => {
      if (!key.endsWith('.$')) return [[key, value]];
      const begin = /^States\.Format\('([\w-]+-)\{\}', States\.UUID\(\)\)$/.exec(String(value))?.[1];
      return begin === undefined ? [] : [[key.slice(0, -2), begin + randomUUID()]];
    }),
  );
}

const KINDS: Readonly<Record<string, readonly [string, string]>> = {
  createProcessingJob: ['ProcessingJobName', 'Processing'],
  createTrainingJob: ['TrainingJobName', 'Training'],
  createTransformJob: ['TransformJobName', 'Transform'],
};

function jobOf(action: string, parameters: Body): { readonly type: string; readonly job: string } | undefined {
  const [member, type] = KINDS[action.replace('.sync', '')] ?? [];
  return member === undefined ? undefined : { type: type!, job: String(parameters[member]) };
}

/** What Step Functions gives back of a job: its description. */
function describe({ type, job }: { readonly type: string; readonly job: string }, parameters: Body): Body {
  switch (type) {
    case 'Training':
      return {
        TrainingJobName: job,
        ModelArtifacts: { S3ModelArtifacts: `s3://bucket/${job}/output/model.tar.gz` },
        FinalMetricDataList: [{ MetricName: 'validation:rmse', Value: 0.5, Timestamp: 1_700_000_000_000 }],
      };
    case 'Transform':
      return { TransformJobName: job, TransformOutput: { S3OutputPath: `s3://bucket/${job}/predictions` } };
    default: {
      const config = parameters['ProcessingOutputConfig'] as
        | { Outputs?: readonly { OutputName: string }[] }
        | undefined;
      const Outputs = (config?.Outputs ?? []).map(({ OutputName }) => ({
        OutputName,
        S3Output: { S3Uri: `s3://bucket/${type}/${OutputName}`, LocalPath: '/opt/ml/processing/output' },
      }));
      return { ProcessingJobName: job, ProcessingOutputConfig: { Outputs } };
    }
  }
}

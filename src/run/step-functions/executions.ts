import type { Json, JsonObject, PipelineDocument, StepDocument } from '../../definition/document.ts';
import type { RunState } from '../../definition/events.ts';
import { elementsOf, isObject } from '../../definition/expression.ts';
import { announcedSteps } from '../announced-steps.ts';
import type { WatchOptions } from '../wait-for-end.ts';
import type { Place } from '../place.ts';
import type { RunResult, World } from '../runner.ts';
import { sayTo } from '../say.ts';
import { asking, connect } from './connect.ts';
import { executionLink } from './history.ts';
import { stateOf, watchExecution } from './watch.ts';

/** Watches an execution that someone started before. Its steps are those that its machine tells of. */
export async function watchMachineAgain(
  arn: string,
  place: Place,
  options: WatchOptions,
  world: World,
): Promise<RunResult> {
  const connection = connect(place);
  try {
    const request = { executionArn: arn };
    const found = connection.stepFunctions.describeStateMachineForExecution(request);
    const { name = arn, definition = '{}' } = await asking(`read the machine of ${arn}`, found);
    const document = documentOf(JSON.parse(definition) as JsonObject);
    sayTo(world)({
      type: 'run-started',
      run: arn,
      pipeline: name,
      target: 'step-functions',
      steps: announcedSteps(document),
      parameters: {},
      links: executionLink(arn),
    });
    return await watchExecution(arn, document, options, () => connect(place), world);
  } finally {
    connection.close();
  }
}

/** Stops an execution and the jobs that it waits for; one that has ended is left as it is. The result is its state. */
export async function stopMachineExecution(arn: string, place: Place): Promise<RunState> {
  const connection = connect(place);
  const { stepFunctions } = connection;
  try {
    await asking(`stop ${arn}`, stepFunctions.stopExecution({ executionArn: arn }));
    const found = await asking(`look at ${arn}`, stepFunctions.describeExecution({ executionArn: arn }));
    return stateOf(found) ?? 'stopping';
  } finally {
    connection.close();
  }
}

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/createProcessingJob/, 'Processing'],
  [/createTrainingJob/, 'Training'],
  [/createTransformJob/, 'Transform'],
  [/createHyperParameterTuningJob/, 'Tuning'],
  [/createModelPackage$/, 'RegisterModel'],
  [/createModel$/, 'Model'],
  [/createEndpointConfig$/, 'EndpointConfig'],
  [/createEndpoint$/, 'Endpoint'],
  [/lambda:invoke/, 'Lambda'],
  [/sqs:sendMessage/, 'Callback'],
  [/elasticmapreduce:/, 'EMR'],
];

/** The steps that a machine of ours was written of, as far as its states say: what waits for what is in the machine alone. */
export function documentOf(machine: JsonObject): PipelineDocument {
  return { Version: '2020-12-01', Steps: stepsIn(machine) };
}

function stepsIn({ States: states }: JsonObject): StepDocument[] {
  if (!isObject(states)) return [];
  return Object.entries(states).flatMap(([name, state]): StepDocument[] => {
    if (!isObject(state)) return [];
    const branches = elementsOf(state['Branches']);
    const inside = branches.flatMap((branch) => (isObject(branch) ? stepsIn(branch) : []));
    const type = typeOf(name, state, states);
    return type === undefined ? inside : [{ Name: name, Type: type, Arguments: {} }, ...inside];
  });
}

/** Undefined for what a machine has beside its steps: names of those have a colon, or say that a file is read. */
function typeOf(name: string, state: JsonObject, states: JsonObject): string | undefined {
  if (name.includes(': ') || name.startsWith('file ')) return undefined;
  switch (state['Type']) {
    case 'Task': {
      const resource = typeof state['Resource'] === 'string' ? state['Resource'] : '';
      return TYPES.find(([pattern]) => pattern.test(resource))?.[1] ?? 'Task';
    }
    case 'Choice':
      return 'Condition';
    case 'Fail':
      // Where all failures lead is no step.
      return Object.values(states).some((other) => catches(other, name)) ? undefined : 'Fail';
    default:
      return undefined;
  }
}

function catches(state: Json, name: string): boolean {
  const catchers = isObject(state) ? elementsOf(state['Catch']) : [];
  return catchers.some((catcher) => isObject(catcher) && catcher['Next'] === name);
}

import type { Json, JsonObject } from '../definition/document.ts';
import { isExpression, isObject } from '../definition/expression.ts';
import { type Path, child } from '../definition/path.ts';
import type { StepPlace } from '../definition/walk.ts';
import { kindOf, show } from './describe.ts';
import { type Fault, type StepRule, error } from './rule.ts';

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PipelineExecutionStep.html
const STEP_NAME = /^[A-Za-z0-9\-_]{1,64}$/;
const LONGEST = { DisplayName: 256, Description: 3072 } as const;

/** A step's own texts: they are literals, and AWS limits their letters and lengths. */
export const names: StepRule = {
  on: 'step',
  *check({ step, path }): Generator<Fault> {
    const { Name: name } = step;
    if (!STEP_NAME.test(name)) {
      yield error('illegal-name', child(path, 'Name'), `${show(name)} cannot be a step's name`, {
        detail: name.length > 64 ? `it has ${name.length} characters, 64 are allowed` : undefined,
        fix: 'letters, digits, hyphens and underscores, 1 to 64 of them',
      });
    }
    for (const [member, longest] of Object.entries(LONGEST)) {
      const value = (step as unknown as JsonObject)[member];
      const at = child(path, member);
      if (value === undefined || value === null) continue;
      if (isExpression(value)) {
        yield error('misplaced-expression', at, `${member} of step ${name} is an expression; AWS takes only a text`);
      } else if (typeof value !== 'string') {
        yield error('wrong-type', at, `${member} of step ${name} must be a text, this is ${kindOf(value)}`);
      } else if (value.length > longest) {
        yield error('illegal-name', at, `${member} of step ${name} is longer than ${longest} characters`);
      }
    }
  },
};

/** Lists in which AWS finds an element by its name: step type → path of the list → the member with the name. */
const NAMED_LISTS: Readonly<Record<string, readonly (readonly [path: readonly string[], name: string])[]>> = {
  Processing: [
    [['PropertyFiles'], 'PropertyFileName'],
    [['Arguments', 'ProcessingInputs'], 'InputName'],
    [['Arguments', 'ProcessingOutputConfig', 'Outputs'], 'OutputName'],
  ],
  Training: [[['Arguments', 'InputDataConfig'], 'ChannelName']],
  Lambda: [[['OutputParameters'], 'OutputName']],
  Callback: [[['OutputParameters'], 'OutputName']],
  Model: [[['Arguments', 'Containers'], 'ContainerHostname']],
  EndpointConfig: [[['Arguments', 'ProductionVariants'], 'VariantName']],
};

const TAGS = [['Arguments', 'Tags'], 'Key'] as const;

/** Two elements of one name: AWS refuses the job, or nobody knows which is meant. */
export const duplicateNames: StepRule = {
  on: 'step',
  *check(place): Generator<Fault> {
    for (const [path, member] of listsOf(place)) {
      const seen = new Map<string, number>();
      const { list, at } = descend(place, path);
      for (const [index, element] of list.entries()) {
        const name = isObject(element) ? element[member] : undefined;
        if (typeof name !== 'string') continue;
        const first = seen.get(name);
        if (first === undefined) seen.set(name, index);
        else {
          const message = `Two of the ${path.at(-1)} of step ${place.step.Name} have the ${member} ${show(name)}`;
          yield error('duplicate-name', child(child(at, index), member), message, {
            detail: `the other is number ${first + 1} of the list`,
            fix: 'give each a name of its own',
          });
        }
      }
    }
  },
};

function listsOf({ step }: StepPlace): readonly (readonly [path: readonly string[], name: string])[] {
  const { Type: type } = step;
  if (typeof type !== 'string') return [];
  const own = Object.hasOwn(NAMED_LISTS, type) ? NAMED_LISTS[type]! : [];
  // The arguments of these are the author's own.
  return ['Lambda', 'Callback'].includes(type) ? own : [...own, TAGS];
}

function descend({ step, path }: StepPlace, keys: readonly string[]): { list: readonly Json[]; at: Path } {
  let value: Json | undefined = step as unknown as JsonObject;
  let at = path;
  for (const key of keys) {
    value = isObject(value) ? value[key] : undefined;
    at = child(at, key);
  }
  return { list: Array.isArray(value) ? value : [], at };
}

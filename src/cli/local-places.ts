import { join, relative } from 'node:path';
import type { Link, RunEvent } from '../definition/events.ts';
import { readPlace } from '../run/local/store/place.ts';
import { type Mount, openStore, pathOf } from '../run/local/store/store.ts';
import type { RunRequest, RunResult, World } from '../run/runner.ts';

/** A run on this machine that says at its end in which files its results lie: predictions, and what no other step reads. */
export function tellingPlaces(
  run: (request: RunRequest, world: World) => Promise<RunResult>,
  { stateFolder, mounts }: { readonly stateFolder: string; readonly mounts: readonly Mount[] },
): (request: RunRequest, world: World) => Promise<RunResult> {
  return (request, world) => {
    const store = openStore(join(stateFolder, 'store'), world.unique, mounts);
    const read = new Set<string>();
    const outputs = new Map<string, readonly Link[]>();
    const say = (event: RunEvent): void => {
      if (event.type === 'run-started') for (const step of stepsRead(event.steps)) read.add(step);
      if (event.type === 'step-ended') outputs.set(event.step, event.outputs);
      if (event.type !== 'run-ended') return world.say(event);
      const places = [...outputs].flatMap(([step, links]) =>
        read.has(step) ? [] : links.flatMap(({ title, target }) => placeOf(`${step} ${title}`, target)),
      );
      world.say({ ...event, outputs: [...event.outputs, ...places] });
    };
    const placeOf = (title: string, uri: string): Link[] => {
      if (!uri.startsWith('s3://')) return [];
      const path = relative(world.cwd, pathOf(store, readPlace(uri)).path);
      return [{ title: `${title}, here`, target: path }];
    };
    return run(request, { ...world, say });
  };
}

const LOOKING: ReadonlySet<string> = new Set(['Condition', 'Fail']);

/** The steps whose results only other steps need: a Condition looks at them or a message tells of them, and predictions are wanted even when evaluated. */
function stepsRead(steps: Extract<RunEvent, { type: 'run-started' }>['steps']): Set<string> {
  const read = new Set(steps.flatMap(({ type, waitsFor }) => (LOOKING.has(type) ? [] : waitsFor)));
  for (const { name, type } of steps) if (type === 'Transform') read.delete(name);
  return read;
}

import { randomBytes } from 'node:crypto';
import { onTestFinished, vi } from 'vitest';

import type { Assembly } from '../../../src/definition/assembly.ts';
import type { PipelineDocument, StepDocument } from '../../../src/definition/document.ts';
import type { RunEvent } from '../../../src/definition/events.ts';
import type { SageMakerOptions } from '../../../src/run/sagemaker/run.ts';
import type { World } from '../../../src/run/runner.ts';
import { type FakeSageMaker, startSageMaker } from '../../fakes/sagemaker.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

export const ROLE = 'arn:aws:iam::123456789012:role/SageMaker';

/** A world in which waiting takes no time of ours: each sleep moves its clock. */
export interface StillWorld extends World {
  readonly events: RunEvent[];
  /** How long each sleep was to be, in milliseconds. */
  readonly sleeps: number[];
  readonly interrupt: () => void;
  /** Called before each sleep, with how many there were. */
  whenSleeping: (count: number) => void;
}

/** More looks than any test needs: a watch that never ends fails instead of hanging. */
const MOST_SLEEPS = 500;

export function stillWorld(env: Readonly<Record<string, string>> = {}): StillWorld {
  const controller = new AbortController();
  let time = Date.parse('2026-01-01T00:00:00Z');
  const world: StillWorld = {
    env,
    cwd: temporaryFolder(),
    events: [],
    sleeps: [],
    whenSleeping: () => {},
    interrupt: () => controller.abort(),
    now: () => new Date(time),
    unique: (digits) => randomBytes(digits).toString('hex').slice(0, digits),
    sleep: async (milliseconds) => {
      world.sleeps.push(milliseconds);
      if (world.sleeps.length > MOST_SLEEPS) throw new Error('the run was never over');
      time += milliseconds;
      world.whenSleeping(world.sleeps.length);
    },
    interrupted: controller.signal,
    say: (event) => void world.events.push(event),
  };
  return world;
}

/** A fake for one test; the SDK of this process talks to it, or to what stands before it. */
export async function fakeForTest(): Promise<FakeSageMaker> {
  const fake = await startSageMaker();
  onTestFinished(() => fake.stop());
  talkTo(fake.env, fake.endpoint);
  return fake;
}

export function talkTo(env: Readonly<Record<string, string>>, endpoint: string): void {
  for (const [name, value] of Object.entries({ ...env, AWS_ENDPOINT_URL: endpoint })) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** A step of a type, after others. */
export function step(Name: string, Type = 'Processing', DependsOn: readonly string[] = []): StepDocument {
  return { Name, Type, Arguments: {}, ...(DependsOn.length === 0 ? {} : { DependsOn }) };
}

export function assembly(definition: Partial<PipelineDocument>, rest: Partial<Assembly> = {}): Assembly {
  return {
    name: 'nightly',
    tags: {},
    definition: { Version: '2020-12-01', Steps: [], ...definition },
    assets: [],
    origins: {},
    diagnostics: [],
    ...rest,
  };
}

export const OPTIONS: SageMakerOptions = {
  region: 'us-east-1',
  roleArn: ROLE,
  wait: true,
  stopOnInterrupt: false,
  logs: false,
};

/** The events of a run, a short word each. */
export function wordsOf(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) => {
    switch (event.type) {
      case 'step-started':
        return [`${event.step} started${event.attempt > 1 ? ` ${event.attempt}` : ''}`];
      case 'step-ended':
        return [`${event.step} ${event.state}`];
      case 'run-ended':
        return [`run ${event.state}`];
      case 'run-stopping':
        return ['run stopping'];
      default:
        return [];
    }
  });
}

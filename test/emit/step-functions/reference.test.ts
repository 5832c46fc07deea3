import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import validate from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { emit } from 'sagemaker-pipelines';
import type { JsonObject } from '../../../src/definition/document.ts';
import { toStateMachine } from '../../../src/emit/step-functions/state-machine.ts';
import { shippedPipelines } from '../../golden/shipped-pipelines.ts';

const SHARED =
  process.env['SAGEMAKER_PIPELINES_SHARED'] ?? fileURLToPath(new URL('../../../../shared', import.meta.url));
const MACHINES = join(SHARED, 'asl');

const shipped = await shippedPipelines();
const machineOf = (name: string): JsonObject => {
  const { pipeline } = shipped.find((each) => each.name === name)!;
  return toStateMachine(emit(pipeline, { region: 'us-east-1' }).definition).machine;
};

test.each(shipped)('the machine of $name is accepted by a validator', ({ name }) => {
  const { isValid, errorsText } = validate(machineOf(name));
  expect(isValid ? '' : errorsText()).toBe('');
});

/** The jobs of a machine in the order in which they can start, and what catches their failures. */
function jobsOf(machine: JsonObject, around?: string): { name: string; resource: string; caught: string }[] {
  const states = machine['States'] as Record<string, JsonObject>;
  const jobs: { name: string; resource: string; caught: string }[] = [];
  for (let name = machine['StartAt'] as string | undefined; name !== undefined;) {
    const state: JsonObject = states[name]!;
    const [catcher] = (state['Catch'] ?? []) as readonly { ErrorEquals: readonly string[]; Next: string }[];
    const end = catcher && (states[catcher.Next]!['Type'] as string);
    const caught = catcher === undefined ? (around ?? 'nothing') : `${catcher.ErrorEquals.join()} → ${end}`;
    const resource = typeof state['Resource'] === 'string' ? state['Resource'] : '';
    if (resource.endsWith('.sync')) jobs.push({ name, resource, caught });
    for (const branch of (state['Branches'] ?? []) as readonly JsonObject[]) jobs.push(...jobsOf(branch, caught));
    name = state['Next'] as string | undefined;
  }
  return jobs;
}

describe.skipIf(!existsSync(MACHINES))(
  'others’ machines (beside the repository, or SAGEMAKER_PIPELINES_SHARED)',
  () => {
    const reference = (file: string) => jobsOf(JSON.parse(readFileSync(join(MACHINES, file), 'utf8')) as JsonObject);
    const unnamed = (jobs: ReturnType<typeof jobsOf>) => jobs.map(({ resource, caught }) => ({ resource, caught }));

    test.each(['0578171', '2a538df', 'd761ba1'])(
      'training has the jobs of %s in their order, caught alike',
      (commit) => {
        const theirs = unnamed(reference(`mlmax-my-training-pipeline-${commit}.asl.json`));
        expect(theirs).toHaveLength(3);
        expect(unnamed(jobsOf(machineOf('training')))).toEqual(theirs);
      },
    );

    test.each(['1708d73', 'a39d3d4'])('inference has the jobs of %s in their order, caught alike', (commit) => {
      const theirs = unnamed(reference(`mlmax-my-inference-pipeline-${commit}.asl.json`));
      const ours = jobsOf(machineOf('inference')).filter(({ name }) => name === 'Preprocess' || name === 'Predict');
      expect(theirs).toHaveLength(2);
      expect(unnamed(ours)).toEqual(theirs);
    });
  },
);

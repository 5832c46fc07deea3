import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { type Json, type PipelineDocument, parse } from 'sagemaker-pipelines';
import { toTypeScript } from '../../../src/emit/typescript/pipeline.ts';
import { firstDifference } from '../../golden/difference.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { compileModules, emittedBy } from './imported.ts';

const GOLDEN = resolve(import.meta.dirname, '../../golden/sdk');
const EACH = 5;

/** Numbers that look like chance and are the same every time. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Container = Record<string, Json> | Json[];

function containersIn(value: Json): Container[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value as Container).flatMap((member: Json) => containersIn(member));
  return [value as Container, ...inner];
}

const VALUES: readonly Json[] = [
  null,
  5,
  'text',
  true,
  [],
  ['a', 'b'],
  {},
  { a: 1 },
  { Get: 'Parameters.S' },
  { Get: 'Parameters.Nobody' },
  { Get: 'Execution.PipelineName' },
  { Get: 'Steps.Train.ModelArtifacts' },
  { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' },
  { Get: 'Steps.Train.CreationTime' },
  { Get: 'Steps.Train.BillableTimeInSeconds' },
  { Get: "Steps.Proc.ProcessingOutputConfig.Outputs['x'].S3Output.S3Uri" },
  { 'Std:Join': { On: '-', Values: ['a', { Get: 'Parameters.I' }] } },
  { 'Std:Join': { On: '', Values: ['a', { Get: 'Steps.Train.CreationTime' }] } },
  { 'Std:Join': { On: 1, Values: 2 } },
  { 'Std:JsonGet': { PropertyFile: { Get: 'Steps.Proc.PropertyFiles.Ev' }, Path: 'a.b' } },
];

/** The document with something of it taken out, put in or changed. */
function mutated(text: string, chance: (below: number) => number): PipelineDocument | undefined {
  const document = JSON.parse(text) as { Steps: Json };
  for (let count = 1 + chance(3); count > 0; count--) {
    const containers = containersIn(document);
    const container = containers[chance(containers.length)]!;
    const keys = Object.keys(container);
    const key = keys[chance(Math.max(1, keys.length))];
    const value = structuredClone(VALUES[chance(VALUES.length)]!);
    const kind = chance(4);
    if (Array.isArray(container)) {
      if (kind === 0) container.splice(Number(key ?? 0), 1);
      else if (kind === 1) container.push(value);
      else if (key !== undefined) container[Number(key)] = value;
    } else if (kind === 0 && key !== undefined) delete container[key];
    else if (kind === 1) container['Brandnew'] = value;
    else if (key !== undefined) container[key] = value;
  }
  return parse(JSON.stringify(document)).document;
}

test('whatever is taken out, put in or changed, the module compiles and emits the document', async () => {
  const modules = new Map<string, string>();
  const differences: Record<string, string> = {};
  for (const [number, file] of readdirSync(GOLDEN).entries()) {
    if (!file.endsWith('.json') || file === 'gaps.json') continue;
    const text = readFileSync(join(GOLDEN, file), 'utf8');
    const chance = numbersFrom(number * 7919 + 1);
    for (let count = 0; count < EACH; count++) {
      const document = mutated(text, chance);
      if (document === undefined) continue;
      const name = `${file.replace('.json', '')}-${count}`;
      const module = toTypeScript(document, { name: 'imported' }).text;
      modules.set(name, module);
      try {
        const difference = firstDifference(document as unknown as Json, emittedBy(module));
        if (difference !== undefined) differences[name] = difference;
      } catch (error) {
        differences[name] = `${String(error)}\n${JSON.stringify(document).slice(0, 3000)}`;
      }
    }
  }
  expect(modules.size).toBeGreaterThan(100);
  expect(differences).toEqual({});
  expect((await compileModules(temporaryFolder(), modules)).stdout).toBe('');
});

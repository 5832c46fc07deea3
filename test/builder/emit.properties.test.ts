import { mkdirSync, writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  asset,
  bind,
  definePipeline,
  emit,
  graphOf,
  parse,
  sklearn,
  step,
  toJson,
  walkSteps,
} from 'sagemaker-pipelines';
import * as fc from '../support/fast-check.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type PipelineRecipe, buildPipeline, pipelineRecipe } from './random-pipeline.ts';

const REGION = { region: 'eu-west-1' };
const ACCOUNT = { bucket: 'my-bucket', roleArn: 'arn:aws:iam::111122223333:role/Jobs' };
const RUNS = { numRuns: 500 };

describe('for any pipeline', () => {
  test('emitting twice gives the same bytes', () => {
    fc.assert(
      fc.property(pipelineRecipe, (recipe) => {
        const once = toJson(emit(buildPipeline(recipe), REGION).definition);
        expect(toJson(emit(buildPipeline(recipe), REGION).definition)).toBe(once);
      }),
      RUNS,
    );
  });

  test('what was emitted is read back and emitted as the same bytes', () => {
    fc.assert(
      fc.property(pipelineRecipe, (recipe) => {
        const text = toJson(emit(buildPipeline(recipe), REGION).definition);
        const { document, diagnostics } = parse(text);
        expect(diagnostics).toEqual([]);
        expect(toJson(document!)).toBe(text);
      }),
      RUNS,
    );
  });

  test('listing its steps in another order keeps every step and what it waits for', () => {
    const shapeOf = (recipe: PipelineRecipe, shuffled: boolean): unknown => {
      const { definition } = emit(buildPipeline(recipe, undefined, shuffled), REGION);
      const graph = graphOf(definition);
      const steps = [...walkSteps(definition)].map(({ step: each, inside }) => {
        const { IfSteps: _, ElseSteps: __, ...own } = each.Arguments;
        const around = inside === undefined ? 'top' : `${inside.condition.step.Name} ${inside.branch}`;
        return [each.Name, around, JSON.stringify({ ...each, Arguments: own })].join(' ');
      });
      const edges = graph.edges.map(({ step: waits, needs, kind }) => `${waits} ${needs} ${kind}`);
      return { steps: steps.toSorted(), edges: edges.toSorted(), dangling: graph.dangling };
    };
    fc.assert(
      fc.property(pipelineRecipe, (recipe) => {
        expect(shapeOf(recipe, true)).toEqual(shapeOf(recipe, false));
      }),
      RUNS,
    );
  });

  test('binding the account afterwards gives the document of an author who knew it', () => {
    fc.assert(
      fc.property(pipelineRecipe, (recipe) => {
        const open = emit(buildPipeline(recipe), REGION);
        expect(open.diagnostics).toEqual([]);
        const known = emit(buildPipeline(recipe, ACCOUNT), REGION);
        expect(toJson(bind(open.definition, ACCOUNT))).toBe(toJson(known.definition));
      }),
      RUNS,
    );
  });

  test('binding the two values one after the other is binding them together', () => {
    fc.assert(
      fc.property(pipelineRecipe, (recipe) => {
        const { definition } = emit(buildPipeline(recipe), REGION);
        const { bucket, roleArn } = ACCOUNT;
        expect(bind(bind(definition, { roleArn }), { bucket })).toEqual(bind(definition, ACCOUNT));
      }),
      RUNS,
    );
  });

  test('every step is in the document once, and reads only from steps that are there', () => {
    fc.assert(
      fc.property(pipelineRecipe, (recipe) => {
        const { definition } = emit(buildPipeline(recipe), REGION);
        expect(graphOf(definition).dangling).toEqual([]);
        expect(new Set([...walkSteps(definition)].map(({ step: { Name } }) => Name)).size).toBe(
          [...walkSteps(definition)].length,
        );
      }),
      RUNS,
    );
  });
});

test('a pipeline made in another folder is the same document', () => {
  const documents = ['here', 'some where/élse'].map((name) => {
    const folder = joinPath(temporaryFolder(), name);
    mkdirSync(joinPath(folder, 'src'), { recursive: true });
    writeFileSync(joinPath(folder, 'prepare.py'), 'print(1)\n');
    writeFileSync(joinPath(folder, 'src', 'train.py'), 'print(2)\n');
    const instance = { type: 'ml.m5.large' } as const;
    const prepare = step.processing(
      'P',
      sklearn.processor({ version: '1.2-1', code: asset(folder, 'prepare.py'), instance, outputs: ['x'] }),
    );
    const code = asset(folder, 'src');
    const inputs = { train: prepare.output('x') };
    const train = step.training('T', sklearn.training({ version: '1.2-1', code, entry: 'train.py', instance, inputs }));
    const { definition, diagnostics } = emit(definePipeline({ name: 'p', steps: [train] }), REGION);
    expect(diagnostics).toEqual([]);
    return toJson(definition);
  });
  expect(documents[1]).toBe(documents[0]);
});

import { AssertionError } from 'node:assert';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asset, batchTransform, definePipeline, parameter, sklearn, step } from 'sagemaker-pipelines';
import { assertSnapshot, assertStep, assertWaitsFor, emitted, stepOf } from 'sagemaker-pipelines/testing';
import { temporaryFolder } from '../support/temporary-folder.ts';

const instance = { type: 'ml.m5.large' } as const;

function scoring(contentType = 'text/csv', folder = import.meta.dirname) {
  const Input = parameter.string();
  const prepare = step.processing(
    'Prepare',
    sklearn.processor({
      version: '1.2-1',
      code: asset(folder, 'testing.test.ts'),
      instance,
      inputs: { data: Input },
      outputs: ['rows'],
    }),
  );
  const predict = step.transform(
    'Predict',
    batchTransform({ model: 'abalone', input: prepare.output('rows'), contentType, instance, join: true }),
  );
  return definePipeline({ name: 'scoring', parameters: { Input }, steps: [predict] });
}

/** The message of the assertion that fails. */
function messageOf(work: () => void): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
  throw new Error('nothing failed');
}

describe('emitted', () => {
  test('gives the document that AWS would take, with the names of assets in the place of their hashes', () => {
    const { definition, warnings } = emitted(scoring(), { region: 'eu-west-1', bucket: 'artefacts' });

    expect(definition.Steps.map(({ Name }) => Name)).toEqual(['Prepare', 'Predict']);
    expect(JSON.stringify(definition)).toContain('s3://artefacts/assets/testing.test.ts/testing.test.ts');
    expect(warnings).toEqual([]);
  });

  test('fails with every error and the line it was written on', () => {
    const message = messageOf(() =>
      emitted(definePipeline({ name: 'p', steps: [step.fail('A', { ErrorMessage: 'x' }, { dependsOn: ['B'] })] })),
    );

    expect(message).toMatch(/^p is not as AWS wants it:\nerror\[unknown-step\] {2}A depends on step B/);
    expect(message).toMatch(/testing\.test\.ts:\d+ {2}\(Steps\[0\]\.DependsOn\[0\]\)/);
  });
});

describe('a step', () => {
  const pipeline = emitted(scoring());

  test('is found by its name, and a name that nobody has is told from the ones there are', () => {
    expect(stepOf(pipeline, 'Predict').Type).toBe('Transform');
    expect(messageOf(() => stepOf(pipeline, 'Predikt'))).toBe(
      'There is no step Predikt; there are: Prepare, Predict (did you mean "Predict"?)',
    );
  });

  test('is as expected in the members that are named', () => {
    const expected = { Arguments: { DataProcessing: { JoinSource: 'Input' } } };
    expect(() => assertStep(pipeline, 'Predict', expected)).not.toThrow();
  });

  test('that is not is shown where it differs, with the line it was written on', () => {
    const message = messageOf(() =>
      assertStep(pipeline, 'Predict', {
        Arguments: { TransformInput: { SplitType: 'None', CompressionType: 'Gzip' } },
      }),
    );

    expect(message.replaceAll(/\/[^\n]*\/(testing\.test\.ts):\d+/g, '$1')).toBe(
      `Step Predict is not as expected:
  Steps[1].Arguments.TransformInput.SplitType: expected "None", is "Line"
    at testing.test.ts
  Steps[1].Arguments.TransformInput.CompressionType: expected "Gzip", is nothing
    at testing.test.ts`,
    );
  });

  test('waits for the steps that it reads from', () => {
    assertWaitsFor(pipeline, 'Predict', ['Prepare']);
    assertWaitsFor(pipeline, 'Prepare', []);
    expect(messageOf(() => assertWaitsFor(pipeline, 'Predict', ['Train']))).toBe(
      'Step Predict does not wait as expected: not for Train, also for Prepare',
    );
  });
});

describe('a snapshot', () => {
  test('is written when there is none, holds from then on, and shows what has changed by step and path', () => {
    const file = join(temporaryFolder(), 'snapshots/scoring.json');
    assertSnapshot(emitted(scoring()), file);
    expect(existsSync(file)).toBe(true);
    assertSnapshot(emitted(scoring()), file);

    const changed = emitted(scoring('application/jsonlines'));
    expect(messageOf(() => assertSnapshot(changed, file))).toContain(
      '~ step Predict\n  ~ Arguments.TransformInput.ContentType: "text/csv" → "application/jsonlines"\n',
    );
    assertSnapshot(changed, file, { update: true });
    expect(readFileSync(file, 'utf8')).toContain('application/jsonlines');
  });

  test('does not change with the content of a script', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'scoring.json');
    writeFileSync(join(folder, 'testing.test.ts'), 'print(1)\n');
    assertSnapshot(emitted(scoring('text/csv', folder)), file);
    writeFileSync(join(folder, 'testing.test.ts'), 'print(2)\n');
    expect(() => assertSnapshot(emitted(scoring('text/csv', folder)), file)).not.toThrow();
  });
});

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { findPipeline } from '../../src/cli/find-pipeline.ts';
import { writeProject } from '../support/project.ts';

const project = (...files: string[]): string =>
  writeProject(Object.fromEntries(files.map((file) => [file, '']))).folder;

describe('a name means', () => {
  const files = [
    'pipelines/batch_inference/pipeline.ts',
    'pipelines/old/pipeline.mjs',
    'pipelines/notes/README.md',
    'elsewhere/pipeline.mts',
    'elsewhere/other.ts',
    'script.py',
  ];
  test.each([
    ['batch_inference', 'batch_inference', 'pipelines/batch_inference/pipeline.ts'],
    ['old', 'old', 'pipelines/old/pipeline.mjs'],
    ['pipelines/batch_inference', 'batch_inference', 'pipelines/batch_inference/pipeline.ts'],
    ['pipelines/batch_inference/pipeline.ts', 'batch_inference', 'pipelines/batch_inference/pipeline.ts'],
    ['./elsewhere/', 'elsewhere', 'elsewhere/pipeline.mts'],
    ['elsewhere/other.ts', 'other', 'elsewhere/other.ts'],
    ['pipelines.batch_inference.pipeline', 'batch_inference', 'pipelines/batch_inference/pipeline.ts'],
    ['pipelines.batch_inference', 'batch_inference', 'pipelines/batch_inference/pipeline.ts'],
    ['elsewhere.other', 'other', 'elsewhere/other.ts'],
  ])('%s: the pipeline %s in %s', (given, name, file) => {
    const folder = project(...files);
    expect(findPipeline(given, folder)).toEqual({ name, file: join(folder, file) });
    expect(findPipeline(join(folder, file), '/')).toEqual({ name, file: join(folder, file) });
  });

  test.each([
    ['batch-inference', 'did you mean "batch_inference"?'],
    ['Batch_Inference', 'did you mean "batch_inference"?'],
    ['batch_inferense', 'did you mean "batch_inference"?'],
    ['script.py', undefined],
    ['notes', undefined],
    ['..', undefined],
  ])('%s: nothing, but perhaps %s', (given, fix) => {
    expect(() => findPipeline(given, project(...files))).toThrow(
      expect.objectContaining({
        failure: 'usage',
        code: 'unknown-pipeline',
        message: `There is no pipeline "${given}"`,
        detail: `${given === 'script.py' ? 'the file script.py is neither a module (.ts) nor a definition (.json); ' : ''}there are: batch_inference, old`,
        fix,
      }),
    );
  });
});

test.each([[], ['pipelines/one/pipeline.ts']])(
  'a definition is no pipeline, and what takes one is named: %j',
  (...files) => {
    expect(() => findPipeline('made.json', project('made.json', ...files))).toThrow(
      expect.objectContaining({
        code: 'unknown-pipeline',
        message: '"made.json" is a file of JSON, and this wants a pipeline',
        fix: 'for a definition there are: sagemaker-pipelines check|run|view|diff|import made.json',
      }),
    );
  },
);

describe('without a name', () => {
  test('the only pipeline is meant', () => {
    const folder = project('pipelines/one/pipeline.js', 'pipelines/shared/steps.ts');
    expect(findPipeline(undefined, folder).name).toBe('one');
  });

  test('several are listed', () => {
    expect(() => findPipeline(undefined, project('pipelines/b/pipeline.ts', 'pipelines/a/pipeline.ts'))).toThrow(
      expect.objectContaining({
        failure: 'usage',
        message: 'There are 2 pipelines, and no name was given',
        detail: 'they are: a, b',
        fix: '--name a, or set "default" in pipelines.config.json',
      }),
    );
  });

  test('a folder without pipelines says where it looked', () => {
    const folder = project('README.md');
    expect(() => findPipeline(undefined, folder)).toThrow(
      expect.objectContaining({ failure: 'usage', code: 'no-pipelines', detail: `the folder is ${folder}` }),
    );
  });
});

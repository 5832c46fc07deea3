import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type PipelineDocument, type StepDocument, parse } from 'sagemaker-pipelines';
import { toTypeScript } from '../../../src/emit/typescript/pipeline.ts';
import { firstDifference } from '../../golden/difference.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { compileModules, emittedBy, jsonOf } from './imported.ts';

const SHARED =
  process.env['SAGEMAKER_PIPELINES_SHARED'] ??
  resolve(fileURLToPath(new URL('../../../..', import.meta.url)), 'shared');
const FOLDERS = ['documents/valid', 'golden', 'documents/invalid'];
const STEPS = join(SHARED, 'documents/steps');
const isHere = [...FOLDERS, 'documents/steps'].every((folder) => existsSync(join(SHARED, folder)));

/** Every document of the corpus that can be read, and every single step as a document of its own. */
function corpus(): Map<string, PipelineDocument> {
  const documents = new Map<string, PipelineDocument>();
  for (const folder of FOLDERS) {
    for (const name of filesIn(join(SHARED, folder))) {
      const { document } = parse(readFileSync(join(SHARED, folder, name), 'utf8'));
      if (document !== undefined) documents.set(`${folder.replace(/^.*\//, '')}-${name}`, document);
    }
  }
  for (const name of filesIn(STEPS).filter((file) => !file.startsWith('_'))) {
    const step = JSON.parse(readFileSync(join(STEPS, name), 'utf8')) as StepDocument;
    const { document } = parse(JSON.stringify({ Version: '2020-12-01', Metadata: {}, Parameters: [], Steps: [step] }));
    if (document !== undefined) documents.set(`steps-${name}`, document);
  }
  return documents;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).filter((file) => file.endsWith('.json'));
}

describe.skipIf(!isHere)('the corpus of real documents (beside the repository, or SAGEMAKER_PIPELINES_SHARED)', () => {
  const documents = isHere ? corpus() : new Map<string, PipelineDocument>();
  const modules = new Map(
    [...documents].map(([name, document]) => [name, toTypeScript(document, { name: 'imported' }).text]),
  );

  test('is imported into modules that emit the very documents', () => {
    const differences: Record<string, string> = {};
    for (const [name, document] of documents) {
      const difference = firstDifference(jsonOf(document), emittedBy(modules.get(name)!));
      if (difference !== undefined) differences[name] = difference;
    }
    expect(documents.size).toBeGreaterThan(500);
    expect(differences).toEqual({});
  });

  test('is imported into modules that compile under strict', async () => {
    const { stdout } = await compileModules(temporaryFolder(), modules);
    expect(stdout).toBe('');
  });
});

import { expect, test } from 'vitest';

import { lineageOf } from '../../src/report/lineage.ts';
import { tellStory } from '../../src/report/story.ts';
import { LINES, LINES_EVENTS, LINES_FILES } from './told-run.ts';

test('the way goes from the input through jobs and the model to the predictions', () => {
  const artefacts = lineageOf(tellStory(LINES, LINES_EVENTS), LINES_FILES);
  const seen = artefacts.map(({ kind, target, madeBy, readBy }) => [kind, target.split('/').at(-1), madeBy, readBy]);
  expect(seen).toEqual([
    ['data', 'train', ['Prepare'], ['Fit', 'Predict']],
    ['model', 'model.tar.gz', ['Fit'], ['Make']],
    ['model', 'lines-model', ['Make'], ['Predict']],
    ['predictions', 'Predict', ['Predict'], []],
    ['data', 'rows.csv', [], ['Prepare']],
    ['code', 'sourcedir.tar.gz', [], ['Fit']],
  ]);
});

test('a definition shows what its references say of the way', () => {
  const artefacts = lineageOf(tellStory(LINES), new Map());
  const of = (target: string) => artefacts.find((artefact) => artefact.target === target);
  expect(of('Steps.Make.ModelName')).toMatchObject({ kind: 'model', madeBy: ['Make'], readBy: ['Predict'] });
  expect(of('Steps.Prepare.train')).toMatchObject({ kind: 'data', madeBy: ['Prepare'], readBy: ['Fit'] });
  expect(of('Parameters.InputDataUrl')).toMatchObject({ kind: 'data', madeBy: [], readBy: ['Prepare'] });
});

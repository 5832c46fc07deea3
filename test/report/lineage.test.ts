import { expect, test } from 'vitest';

import { lineageOf } from '../../src/report/lineage.ts';
import { tellStory } from '../../src/report/story.ts';
import { LINES, LINES_EVENTS, LINES_FILES, ended, left, ran, started, stepOf } from './told-run.ts';

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

test('what a model is made of is a model, and a package of this machine is called by its group and version', () => {
  const scaler = 's3://bucket/run/scaler';
  const Containers = [{ ModelDataUrl: `${scaler}/model.tar.gz` }];
  const steps = [stepOf('Scale', 'Processing', {}), stepOf('Register', 'RegisterModel', {})];
  const events = [
    started(),
    ...ran('Scale', [0, 1], { outputs: [{ title: 'scaler', target: scaler }] }),
    ...ran('Register', [1, 2], { facts: { group: 'houses', version: 3, approval: 'Approved' } }),
    ended(2),
  ];
  const files = new Map([['Register', left({ arguments: { InferenceSpecification: { Containers } } })]]);
  const artefacts = lineageOf(tellStory({ Version: '2020-12-01', Steps: steps }, events), files);
  expect(artefacts.map(({ kind, target, madeBy, readBy }) => [kind, target, madeBy, readBy])).toEqual([
    ['model', scaler, ['Scale'], ['Register']],
    ['package', 'houses/3', ['Register'], []],
  ]);
});

test('a step that was taken from the cache read and made what the run says, though it left no arguments', () => {
  const cached = LINES_EVENTS.filter((event) => !(event.type === 'step-started' && event.step === 'Fit')).map((event) =>
    event.type === 'step-ended' && event.step === 'Fit' ? { ...event, state: 'cached' as const } : event,
  );
  const files = new Map([...LINES_FILES].filter(([step]) => step !== 'Fit' && step !== 'Prepare'));
  const artefacts = lineageOf(tellStory(LINES, cached), files);
  expect(artefacts.map(({ kind, target }) => [kind, target.split('/').at(-1)])).toEqual([
    ['data', 'train'],
    ['model', 'model.tar.gz'],
    ['model', 'lines-model'],
    ['predictions', 'Predict'],
    ['data', 'rows.csv'],
  ]);
  expect(artefacts[0]).toMatchObject({ madeBy: ['Prepare'], readBy: ['Fit', 'Predict'] });
});

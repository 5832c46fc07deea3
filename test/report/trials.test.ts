import { expect, test } from 'vitest';

import { renderReport } from '../../src/report/render-report.ts';
import { trialsIn } from '../../src/report/trials.ts';
import { ended, left, ran, started, stepOf } from './told-run.ts';

const summaryOf = (index: number): { readonly [key: string]: string | object } => ({
  TrainingJobName: `search-${index}`,
  TrainingJobStatus: index === 4 ? 'Failed' : 'Completed',
  TunedHyperParameters: { depth: String(10 - index), kind: 'gbtree' },
  ...(index === 4
    ? {}
    : {
        FinalHyperParameterTuningJobObjectiveMetric: { MetricName: 'auc', Value: 0.9 - index / 10, Type: 'Maximize' },
      }),
});
const properties = { TrainingJobSummaries: [0, 1, 2, 3, 4].map(summaryOf) } as never;

test('the jobs of a search are read as the service describes them, also one that never said its objective', () => {
  const trials = trialsIn(properties);
  expect(trials[0]).toEqual({
    job: 'search-0',
    status: 'Completed',
    choice: { depth: '10', kind: 'gbtree' },
    metric: 'auc',
    value: 0.9,
  });
  expect(trials[4]).toMatchObject({ status: 'Failed', value: undefined });
  expect(trialsIn({ TrainingJobSummaries: ['odd', 1] })).toEqual([]);
  expect(trialsIn(undefined)).toEqual([]);
});

test('a search is drawn against what was chosen, and of its models the best is what others read', () => {
  const search = stepOf('Search', 'Tuning', {});
  const best = 's3://bucket/best/model.tar.gz';
  const outputs = [
    { title: 'model', target: best },
    { title: 'model of search-1', target: 's3://bucket/other/model.tar.gz' },
  ];
  const facts = { jobs: 5, best: 'search-0', depth: 10, auc: 0.9 };
  const page = renderReport({
    name: 'search',
    document: { Version: '2020-12-01', Steps: [search] },
    events: [started(), ...ran('Search', [0, 9], { outputs, facts }), ended(9)],
    files: new Map([['Search', left({ trials: trialsIn(properties) })]]),
  });
  const text = page
    .slice(page.indexOf('id="results"'), page.indexOf('id="definition"'))
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
  expect(text).toContain('metrics Search auc 0.9');
  expect(text).toContain('5 jobs, the best first');
  expect(text).toContain('search-4 Failed 6 gbtree –');
  expect(page).toContain('The objective of Search against depth, for 4 jobs');
  expect(page).not.toContain('against kind');
  const lineage = page.slice(page.indexOf('id="lineage"'), page.indexOf('id="definition"'));
  expect(lineage).toContain(best);
  expect(lineage).not.toContain('s3://bucket/other');
});

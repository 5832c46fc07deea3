import { isObject } from '../../definition/expression.ts';
import { child } from '../../definition/path.ts';
import type { Fault, StepRule } from '../rule.ts';
import { automl } from './automl.ts';
import { emr, emrServerless, lineage } from './emr.ts';
import type { Job } from './job.ts';
import { endpoint, model, registration } from './models.ts';
import { processing } from './processing.ts';
import { training } from './training.ts';
import { transform } from './transform.ts';
import { tuning } from './tuning.ts';

const JOBS: readonly Job[] = [
  processing,
  training,
  tuning,
  transform,
  model,
  registration,
  endpoint,
  automl,
  emr,
  emrServerless,
  lineage,
];
const BY_TYPE = new Map(JOBS.flatMap((job) => job.types.map((type) => [type, job] as const)));

/** Arguments against each other: what AWS's pages say and its API model cannot. */
export const jobs: StepRule = {
  on: 'step',
  *check({ step, path }): Generator<Fault> {
    const job = BY_TYPE.get(step.Type);
    if (job === undefined || !isObject(step.Arguments)) return;
    yield* job.faults({ step, path: child(path, 'Arguments'), value: step.Arguments });
  },
};

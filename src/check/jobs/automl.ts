import { show } from '../describe.ts';
import { type Fault, error } from '../rule.ts';
import { type Job, partOf, placeOf, textOf, valueOf } from './job.ts';

// https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-automl
export const automl: Job = {
  types: ['AutoML'],
  *faults(args): Generator<Fault> {
    const config = partOf(args, 'AutoMLJobConfig');
    const mode = config === undefined ? undefined : textOf(config, 'Mode');
    if (config !== undefined && mode !== undefined && mode !== 'ENSEMBLING') {
      const message = `Mode of AutoML step ${args.step.Name} must be "ENSEMBLING", this is ${show(mode)}`;
      yield error('unknown-value', placeOf(config, 'Mode'), message);
    }
    const pair = ['ProblemType', 'AutoMLJobObjective'];
    const given = pair.filter((name) => valueOf(args, name) !== undefined);
    if (given.length !== 1) return;
    const missing = pair.find((name) => name !== given[0])!;
    yield error('missing-member', placeOf(args, missing), `${missing} is missing in step ${args.step.Name}`, {
      detail: `${pair.join(' and ')} come together or not at all`,
    });
  },
};

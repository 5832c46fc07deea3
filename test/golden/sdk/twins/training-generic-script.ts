import { asset, definePipeline, environment, quoted, step } from 'sagemaker-pipelines';
import { NAME, estimator, noProfiler } from './pieces.ts';

export default definePipeline({
  name: NAME,
  steps: [
    step.training('GT', {
      ...estimator('train', 's3://b/t'),
      HyperParameters: {
        n: '5',
        s: 'x',
        sagemaker_submit_directory: quoted(asset(import.meta, 'scripts/train.py').bundle),
        sagemaker_program: quoted('train.py'),
        sagemaker_container_log_level: '20',
        sagemaker_region: quoted(environment.region),
      },
      ...noProfiler,
    }),
  ],
});

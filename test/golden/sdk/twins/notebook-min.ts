import { definePipeline, environment, join, step } from 'sagemaker-pipelines';
import { notebookJob } from './notebook-job.ts';
import { MOMENT, NAME } from './pieces.ts';

const name = `nb-ipynb-${MOMENT}`;
const root = join`s3://${environment.bucket}`;

export default definePipeline({
  name: NAME,
  steps: [step.training(name, notebookJob({ job: name, title: name, stepName: name, root }))],
});

import { type Answer, defineCommand } from './command.ts';
import type { Config } from './config.ts';
import type { ReadPipeline } from './read-pipeline.ts';
import { readToRun } from './read-source.ts';
import { RUN_FLAGS, runSource } from './run-pipeline.ts';

const NAME = 'sagemaker-pipelines run';

/** Runs a document from anywhere, or a pipeline of this project. */
export const run = defineCommand({
  name: NAME,
  summary:
    'Runs a definition from anywhere, or a pipeline of this project: on this machine, on SageMaker or elsewhere.',
  examples: [
    'sagemaker-pipelines run pipelinedefinition.json --local --param ModelName=abalone',
    'sagemaker-pipelines run batch_inference --local --map s3://my-bucket/data=./data',
  ],
  options: RUN_FLAGS,
  operands: { name: 'a definition or the name of a pipeline', least: 1, most: 1 },
  async run(args, context, [word]): Promise<Answer> {
    const wanted = { kwargs: args.kwargs, check: args.check, otherwise: 'nothing was started' };
    const read = (region: string, config: Config): Promise<ReadPipeline> =>
      readToRun(word!, { ...wanted, region }, config, context);
    return await runSource(read, args, context, NAME);
  },
});

import { check } from '../check/check.ts';
import { hasErrors } from '../definition/diagnostic.ts';
import { PipelineError } from '../definition/error.ts';
import { type Answer, defineCommand } from './command.ts';
import type { ReadPipeline } from './read-pipeline.ts';
import { readSource } from './read-source.ts';
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
    return await runSource(
      async (region, config) => {
        const wanted = { kwargs: args.kwargs, region, otherwise: 'nothing was started' };
        const source = await readSource(word!, wanted, config, context);
        return source.diagnostics.length > 0 ? source : { ...source, diagnostics: checked(source) };
      },
      args,
      context,
      NAME,
    );
  },
});

/** What AWS would refuse is not run here either: it would only fail later, and further from its cause. */
function checked({ assembly, file }: ReadPipeline) {
  const diagnostics = check(assembly.definition, assembly.origins);
  if (!hasErrors(diagnostics)) return diagnostics;
  const message = `${assembly.name} is not as AWS wants it; nothing was started`;
  throw new PipelineError('invalid', 'invalid-definition', message, { at: file, diagnostics });
}

import type { SelectiveExecutionConfig } from '@aws-sdk/client-sagemaker';
import type { PipelineDocument } from '../../definition/document.ts';
import { PipelineError } from '../../definition/error.ts';
import { type Chosen, chosenSteps } from '../chosen-steps.ts';
import type { Connection } from './connect.ts';
import { eachExecution } from './each-execution.ts';

/** Which steps of a pipeline are to run; all when nothing is said. */
export interface Selection extends Chosen {
  /** The execution whose results stand in for the other steps; else the newest that has ended. */
  readonly sourceExecution?: string | undefined;
}

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SelectiveExecutionConfig.html */
const MOST_STEPS = 50;

/** The steps that a selection names, of which AWS takes so many; undefined for all of them. */
export function selectedSteps(document: PipelineDocument, selection: Selection): string[] | undefined {
  const selected = chosenSteps(document, selection);
  if (selected !== undefined && selected.length > MOST_STEPS) {
    throw new PipelineError(
      'usage',
      'too-many-steps',
      `${selected.length} steps are selected; AWS takes ${MOST_STEPS}`,
      {
        fix: 'select fewer, or run the whole pipeline',
      },
    );
  }
  return selected;
}

/** The selection as StartPipelineExecution takes it. */
export async function selectiveExecution(
  selected: readonly string[],
  { sourceExecution }: Selection,
  pipeline: string,
  connection: Connection,
): Promise<SelectiveExecutionConfig> {
  return {
    SourcePipelineExecutionArn: sourceExecution ?? (await newestEnded(pipeline, connection)),
    SelectedSteps: selected.map((StepName) => ({ StepName })),
  };
}

async function newestEnded(pipeline: string, connection: Connection): Promise<string> {
  for await (const { PipelineExecutionArn: arn, PipelineExecutionStatus: status } of eachExecution(
    pipeline,
    connection,
  )) {
    if (arn !== undefined && status !== 'Executing' && status !== 'Stopping') return arn;
  }
  throw new PipelineError(
    'usage',
    'no-execution',
    `No execution of ${pipeline} has ended whose results could be used`,
    {
      fix: 'run the whole pipeline once, or name an execution: --source-execution ARN',
    },
  );
}

import { definePipeline, execution, join, unsafe } from 'sagemaker-pipelines';
import { NAME } from './pieces.ts';

export default definePipeline({
  name: NAME,
  experiment: {
    // The pipeline declares no parameter S, which a parameter of ours cannot do without being reported; AWS would refuse
    // the document. What the SDK wrote is nevertheless within reach.
    ExperimentName: unsafe<string>({ Get: 'Parameters.S' }),
    TrialName: join('-', 't', execution.PipelineExecutionId),
  },
  steps: [],
});

import { isExpression } from '../../definition/expression.ts';
import { type Fault, warning } from '../rule.ts';
import { type Part, partOf, placeOf, textOf, valueOf } from './job.ts';

/** Images that load a model's code from the model's own archive, and from nowhere else. */
const FROM_ARCHIVE = /\/(?:huggingface-(?:pytorch|tensorflow)-inference|pytorch-inference(?:-graviton)?)[:@]/;
/** Images whose server does not start unless it is told what the code is. */
const TOLD = /\/sagemaker-scikit-learn[:@]/;
const IN_ARCHIVE = /^(?:file:\/\/)?\/opt\/ml\/model(?:\/|$)/;

// https://docs.aws.amazon.com/sagemaker/latest/dg/pytorch.html, and the serving toolkits of the images
/** A container whose image does not find the code that serves the model. */
export function* servingCodeFaults(container: Part): Generator<Fault> {
  const image = textOf(container, 'Image');
  if (image === undefined) return;
  const environment = partOf(container, 'Environment');
  const directory = environment && valueOf(environment, 'SAGEMAKER_SUBMIT_DIRECTORY');
  const { step } = container;
  if (FROM_ARCHIVE.test(image) && directory !== undefined) {
    const isElsewhere = isExpression(directory) || (typeof directory === 'string' && !IN_ARCHIVE.test(directory));
    if (!isElsewhere) return;
    const message = `The image of step ${step.Name} does not look for its code where SAGEMAKER_SUBMIT_DIRECTORY says`;
    yield warning('serving-code-location', placeOf(environment!, 'SAGEMAKER_SUBMIT_DIRECTORY'), message, {
      detail: 'it loads the code from code/ in the model archive',
      fix: 'put the script into code/ of the archive (in the training script, or with a repack step)',
    });
    return;
  }
  if (!TOLD.test(image) || valueOf(container, 'ModelDataUrl') === undefined) return;
  if (environment !== undefined && valueOf(environment, 'SAGEMAKER_PROGRAM') !== undefined) return;
  const message = `The image of step ${step.Name} is not told which script serves the model`;
  yield warning('serving-code-location', placeOf(container, 'Environment'), message, {
    detail: 'its server does not start without SAGEMAKER_PROGRAM',
    fix: 'give SAGEMAKER_PROGRAM and SAGEMAKER_SUBMIT_DIRECTORY, as sklearn.model(…) does',
  });
}

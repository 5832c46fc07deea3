import type { Json, StepDocument } from '../../definition/document.ts';
import { PipelineError } from '../../definition/error.ts';
import { below } from '../../s3/uri.ts';
import { objectsAt, textAt } from './steps/read.ts';
import type { StepResult, Surroundings } from './steps/step.ts';
import { formatPlace, readPlace } from './store/place.ts';
import { needObject, readObjectText } from './store/store.ts';

/** The JSON in a property file of a step that has ended. */
export async function readPropertyFile(
  finished: { readonly step: StepDocument; readonly result: StepResult } | undefined,
  step: string,
  name: string,
  surroundings: Pick<Surroundings, 'store' | 'obtain'>,
): Promise<Json> {
  const fault = (detail: string): PipelineError =>
    new PipelineError('failed', 'no-property-file', `The property file ${name} of ${step} cannot be read`, { detail });
  if (finished === undefined) throw fault(`${step} has not ended well`);
  const file = finished.step.PropertyFiles?.find((each) => each.PropertyFileName === name);
  if (file === undefined) throw fault(`${step} declares no such file`);
  const outputs = objectsAt(finished.result.properties, 'ProcessingOutputConfig', 'Outputs');
  const output = outputs.find((each) => each['OutputName'] === file.OutputName);
  const uri = textAt(output, 'S3Output', 'S3Uri');
  if (uri === undefined) throw fault(`${step} has no output ${file.OutputName}`);
  return readStoredJson(formatPlace(below(readPlace(uri), file.FilePath)), surroundings);
}

/** The JSON of an object. */
export async function readStoredJson(
  uri: string,
  { store, obtain }: Pick<Surroundings, 'store' | 'obtain'>,
): Promise<Json> {
  await obtain(uri);
  const text = await readObjectText(await needObject(store, readPlace(uri)));
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch (cause) {
    throw new PipelineError('failed', 'not-json', `${uri} is not JSON`, { detail: (cause as Error).message, cause });
  }
}

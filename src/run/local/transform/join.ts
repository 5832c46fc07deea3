import type { JsonPath } from '../../../definition/json-path.ts';
import { refuseOpenQuotes } from './csv-row.ts';
import { RecordFault } from './fault.ts';
import { filterJson, rowFilter } from './filter.ts';
import { type JsonText, readJson, writeJson } from './json-text.ts';

/** `DataProcessing` of a job, read and found good. */
export interface Processing {
  readonly format: 'csv' | 'json';
  /** Whether a record is a line, or the whole object one JSON value. */
  readonly byLine: boolean;
  /** What goes to the model; nothing when the record goes as it is. */
  readonly input?: JsonPath;
  readonly joins: boolean;
  /** What is kept of the joined record, or of the answer. */
  readonly output?: JsonPath;
  /** `DataCaptureConfig.GenerateInferenceId`: an identifier and the time the job began, beside each joined record. */
  readonly inference?: { readonly identify: () => string; readonly time: string };
}

/** Whether answers are to be read at all, or only passed on. */
export function readsAnswers({ joins, output }: Processing): boolean {
  return joins || output !== undefined;
}

/** What the model is asked about these records, a text each. */
export function filterRecords(records: readonly string[], { format, input }: Processing): readonly string[] {
  if (input === undefined) return records;
  if (format === 'csv') return each(records, rowFilter(input));
  return each(records, (record) => writeJson(filterJson(readJson(record), input)));
}

/**
 * The output records: each answer with the record it answers, as the page says, filtered afterwards. There are as many
 * answers as records: whoever calls has seen to it.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
 */
export function joinRecords(
  records: readonly string[],
  answers: readonly string[],
  processing: Processing,
): readonly string[] {
  if (!processing.joins) return keep(answers, processing);
  return processing.format === 'csv' ? joinRows(records, answers, processing) : joinJson(records, answers, processing);
}

function keep(answers: readonly string[], { format, output }: Processing): readonly string[] {
  if (output === undefined) return answers;
  if (format === 'csv') return each(answers, rowFilter(output));
  return each(answers, (answer) => writeJson(filterJson(readAnswer(answer), output)));
}

function joinRows(records: readonly string[], answers: readonly string[], processing: Processing): readonly string[] {
  const { output, inference } = processing;
  refuseOpenQuotes(records);
  refuseOpenQuotes(answers);
  const filter = output === undefined ? undefined : rowFilter(output);
  return each(records, (record, index) => {
    const joined = `${record},${answers[index]!}`;
    const kept = filter === undefined ? joined : filter(joined);
    return inference === undefined ? kept : `${kept},${inference.identify()},${inference.time}`;
  });
}

function joinJson(records: readonly string[], answers: readonly string[], processing: Processing): readonly string[] {
  const { output, inference } = processing;
  return each(records, (record, index) => {
    const joined = members(readJson(record), 'SageMakerInput');
    joined.set('SageMakerOutput', readAnswer(answers[index]!));
    const kept = output === undefined ? joined : filterJson(joined, output);
    if (inference === undefined) return writeJson(kept);
    return writeJson(
      new Map(members(kept, 'SageMakerOutput'))
        .set('SageMakerInferenceId', `"${inference.identify()}"`)
        .set('SageMakerInferenceTime', `"${inference.time}"`),
    );
  });
}

/** The members of an object; what is no object becomes one of this single member. */
function members(value: JsonText, name: string): Map<string, JsonText> {
  return value instanceof Map ? value : new Map([[name, value]]);
}

function readAnswer(answer: string): JsonText {
  try {
    return readJson(answer);
  } catch (error) {
    if (error instanceof RecordFault) error.message = `the model's answer is ${error.message}`;
    throw error;
  }
}

/** Maps records so that a fault knows which one it is about. */
function each(records: readonly string[], map: (record: string, index: number) => string): readonly string[] {
  let index = 0;
  try {
    const mapped: string[] = [];
    for (; index < records.length; index++) mapped.push(map(records[index]!, index));
    return mapped;
  } catch (error) {
    if (error instanceof RecordFault) error.record = index;
    throw error;
  }
}

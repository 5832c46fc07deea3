import { endAnswer } from './assemble.ts';
import { RecordFault, TransformFault } from './fault.ts';
import { type Processing, filterRecords, joinRecords, readsAnswers } from './join.ts';
import { type Pieces, lengthOf, toByteText, toWords } from './pieces.ts';
import { bytesOf, linesOf } from './records.ts';
import type { Batch, Splitting } from './split.ts';

/** What is done with the records of a batch before the model and after it. */
export interface BatchWork {
  readonly splitting: Splitting;
  readonly assembleWith: 'None' | 'Line';
  /** Nothing when records and answers are passed on as they are. */
  readonly processing?: Processing | undefined;
}

/** Takes one batch through the model: its part of the output. */
export async function processBatch(
  batch: Batch,
  work: BatchWork,
  invoke: (body: Pieces) => Promise<Pieces>,
): Promise<Pieces> {
  try {
    if (work.processing === undefined) return endAnswer(await invoke(batch.pieces), work.assembleWith);
    return await joined(batch, work, work.processing, invoke);
  } catch (error) {
    throw placed(error, batch);
  }
}

async function joined(
  batch: Batch,
  { splitting, assembleWith }: BatchWork,
  processing: Processing,
  invoke: (body: Pieces) => Promise<Pieces>,
): Promise<Pieces> {
  if (!processing.byLine) {
    const record = [toByteText(batch.pieces)];
    const asked = processing.input === undefined ? batch.pieces : [bytesOf(filterRecords(record, processing), false)];
    refuseTooLarge(lengthOf(asked), splitting.bytesAtMost, 0);
    const answer = await invoke(asked);
    if (!readsAnswers(processing)) return endAnswer(answer, assembleWith);
    return [bytesOf(joinRecords(record, [toByteText(answer)], processing), assembleWith === 'Line')];
  }
  if (processing.input === undefined) {
    const answer = await invoke(batch.pieces);
    if (!readsAnswers(processing)) return endAnswer(answer, assembleWith);
    return [joinAnswer(linesOf(batch.pieces).records, answer, splitting, processing)];
  }
  const { records, areEnded } = linesOf(batch.pieces);
  const filtered = filterRecords(records, processing);
  const output: Uint8Array[] = [];
  for (const [begin, end] of requestsOf(filtered, splitting.bytesAtMost)) {
    const answer = await invoke([bytesOf(filtered.slice(begin, end), areEnded || end < filtered.length)]);
    if (!readsAnswers(processing)) output.push(...endAnswer(answer, assembleWith));
    else {
      const part = begin === 0 && end === records.length ? records : records.slice(begin, end);
      output.push(joinAnswer(part, answer, splitting, processing, begin));
    }
  }
  return output;
}

function joinAnswer(
  records: readonly string[],
  answer: Pieces,
  { strategy, split }: Splitting,
  processing: Processing,
  offset = 0,
): Uint8Array {
  // The answer to one record of JSON is one value, however many lines it is written on.
  const isOne = strategy === 'SingleRecord' && split === 'Line' && processing.format === 'json';
  const answers = isOne ? [toByteText(answer)] : linesOf(answer).records;
  try {
    return bytesOf(joinRecords(records, answers, processing));
  } catch (error) {
    if (!(error instanceof RecordFault)) throw error;
    if (error.record < 0) throw new CountFault(error, answer);
    error.record += offset;
    throw error;
  }
}

/** Too many answers or too few: no single record is at fault, and the answer itself says most. */
class CountFault extends TransformFault {
  constructor({ code, message, fix }: RecordFault, answer: Pieces) {
    super(code, message, { fix, detail: toWords(answer, 500) });
  }
}

/** Filtered records by request: a filter that repeats columns may make more of them than fits. */
function* requestsOf(filtered: readonly string[], bytesAtMost: number): Generator<[begin: number, end: number]> {
  let [begin, length] = [0, 0];
  for (const [index, record] of filtered.entries()) {
    refuseTooLarge(record.length + 1, bytesAtMost, index);
    if (length + record.length + 1 > bytesAtMost) {
      yield [begin, index];
      [begin, length] = [index, 0];
    }
    length += record.length + 1;
  }
  yield [begin, filtered.length];
}

function refuseTooLarge(length: number, bytesAtMost: number, record: number): void {
  if (length <= bytesAtMost) return;
  throw new RecordFault(
    'payload-too-large',
    `the filtered record has ${length} bytes, MaxPayloadInMB allows ${bytesAtMost}`,
    {
      record,
      fix: 'raise MaxPayloadInMB (100 at most, 0 for no limit)',
    },
  );
}

/** A fault with the place in the object that it is about. */
export function placed(error: unknown, { start, length }: Pick<Batch, 'start' | 'length'>): unknown {
  if (error instanceof RecordFault) {
    const { code, message, fix, record } = error;
    return new TransformFault(code, message, { fix, place: { start, length, record } });
  }
  // One fault may end many requests; each has its own place.
  return error instanceof TransformFault && error.place === undefined ? error.at({ start, length }) : error;
}

import { sayCount } from '../../../definition/count.ts';
import { endAnswer } from './assemble.ts';
import { RecordFault, TransformFault } from './fault.ts';
import { type Processing, filterRecords, joinRecords, readsAnswers } from './join.ts';
import { type Pieces, lengthOf, toByteText, toWords } from './pieces.ts';
import { type LineCursor, bytesOf, chunksOfLines, cursorOf } from './records.ts';
import type { Batch, Splitting } from './split.ts';

/** What is done with the records of a batch before the model and after it. */
export interface BatchWork {
  readonly splitting: Splitting;
  readonly assembleWith: 'None' | 'Line';
  /** Nothing when records and answers are passed on as they are. */
  readonly processing?: Processing | undefined;
}

type Invoke = (body: Pieces) => Promise<Pieces>;

/** Filtered records that go to the model together. */
interface FilteredRequest {
  readonly body: Pieces;
  /** How many there are, and how many of the batch stand before them; unknown when nothing was filtered. */
  readonly records: { readonly first: number; readonly count: number } | undefined;
}

/** Takes one batch through the model: its part of the output. */
export async function processBatch(batch: Batch, work: BatchWork, invoke: Invoke): Promise<Pieces> {
  try {
    const { processing, assembleWith } = work;
    if (processing === undefined) return endAnswer(await invoke(batch.pieces), assembleWith);
    if (!processing.byLine) return await joinedValue(batch, work, processing, invoke);
    const cursor = cursorOf(batch.pieces);
    const output: Uint8Array[] = [];
    for (const request of requestsOf(batch, work, processing)) {
      const answer = await invoke(request.body);
      if (readsAnswers(processing)) output.push(...joinAnswer(cursor, request, answer, work, processing));
      else output.push(...endAnswer(answer, assembleWith));
    }
    return output;
  } catch (error) {
    throw placed(error, batch);
  }
}

/** One JSON value, which is all of the object. */
async function joinedValue(
  batch: Batch,
  { splitting, assembleWith }: BatchWork,
  processing: Processing,
  invoke: Invoke,
): Promise<Pieces> {
  const record = [toByteText(batch.pieces)];
  const asked = processing.input === undefined ? batch.pieces : [bytesOf(filterRecords(record, processing), false)];
  if (lengthOf(asked) > splitting.bytesAtMost) throw tooLarge(lengthOf(asked), splitting.bytesAtMost, 0);
  const answer = await invoke(asked);
  if (!readsAnswers(processing)) return endAnswer(answer, assembleWith);
  return [bytesOf(joinRecords(record, [toByteText(answer)], processing), assembleWith === 'Line')];
}

/** The requests of a batch: one, unless a filter that repeats columns made more of it than fits. */
function* requestsOf(
  batch: Batch,
  { splitting: { bytesAtMost } }: BatchWork,
  processing: Processing,
): Generator<FilteredRequest, void, undefined> {
  if (processing.input === undefined) return yield { body: batch.pieces, records: undefined };
  let body: Uint8Array[] = [];
  let [first, count, length] = [0, 0, 0];
  for (const { records, areEnded } of chunksOfLines(batch.pieces)) {
    const filtered = counted(first + count, () => filterRecords(records, processing));
    const bytes = bytesOf(filtered, areEnded);
    for (const [part, number] of bytes.length > bytesAtMost
      ? each(filtered, areEnded)
      : ([[bytes, records.length]] as const)) {
      if (part.length > bytesAtMost) throw tooLarge(part.length, bytesAtMost, first + count);
      if (length + part.length > bytesAtMost) {
        yield { body, records: { first, count } };
        [body, first, count, length] = [[], first + count, 0, 0];
      }
      body.push(part);
      count += number;
      length += part.length;
    }
  }
  if (count > 0) yield { body, records: { first, count } };
}

function each(records: readonly string[], areEnded: boolean): readonly (readonly [Uint8Array, number])[] {
  return records.map((record, index) => [bytesOf([record], areEnded || index < records.length - 1), 1] as const);
}

function joinAnswer(
  cursor: LineCursor,
  { records }: FilteredRequest,
  answer: Pieces,
  { splitting: { strategy, split } }: BatchWork,
  processing: Processing,
): Pieces {
  // The answer to one record of JSON is one value, however many lines it is written on.
  const isOne = strategy === 'SingleRecord' && split === 'Line' && processing.format === 'json';
  const answers = isOne ? only(toByteText(answer)) : cursorOf(answer);
  const output: Uint8Array[] = [];
  const first = records?.first ?? 0;
  let answered = 0;
  for (;;) {
    const left = (records?.count ?? Infinity) - answered;
    const [asked, others] = [processing.joins ? Math.min(left, cursor.peek()) : Infinity, answers.peek()];
    const together = Math.min(asked, others);
    if (together === 0) {
      if (asked === 0 && others === 0) return output;
      if (!processing.joins) return output;
      throw countFault(
        answered + (Number.isFinite(left) ? left : remaining(cursor)),
        answered + remaining(answers),
        answer,
      );
    }
    const taken = answers.take(together);
    const beside = processing.joins ? cursor.take(together) : taken;
    output.push(bytesOf(counted(first + answered, () => joinRecords(beside, taken, processing))));
    answered += together;
  }
}

function only(text: string): LineCursor {
  let left = 1;
  return { peek: () => left, take: (number) => ((left -= number), [text]) };
}

function remaining(cursor: LineCursor): number {
  let count = 0;
  for (let some = cursor.peek(); some > 0; some = cursor.peek()) count += cursor.take(some).length;
  return count;
}

/** Too many answers or too few: no single record is at fault, and the answer itself says most. */
function countFault(records: number, answers: number, answer: Pieces): TransformFault {
  return new TransformFault(
    'record-count',
    `${sayCount(records, 'record')} went to the model and ${sayCount(answers, 'answer')} came back: JoinSource Input needs one answer a record`,
    { fix: 'let the model answer one line a record', detail: toWords(answer, 500) },
  );
}

function tooLarge(length: number, bytesAtMost: number, record: number): RecordFault {
  return new RecordFault(
    'payload-too-large',
    `the filtered record has ${length} bytes, MaxPayloadInMB allows ${bytesAtMost}`,
    {
      record,
      fix: 'raise MaxPayloadInMB (100 at most, 0 for no limit)',
    },
  );
}

/** Lets a fault count its records from those that stand before them. */
export function counted<T>(before: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RecordFault) error.record += before;
    throw error;
  }
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

import { type ObjectSink, endAnswer } from './assemble.ts';
import { RecordFault } from './fault.ts';
import { type Processing, filterRecords, joinRecords, readsAnswers } from './join.ts';
import type { Pieces } from './pieces.ts';
import { counted } from './process-batch.ts';
import { bytesOf, streamLines } from './records.ts';

/** The body of the one request that an object without a `MaxPayloadInMB` is. */
export async function* streamBody(
  source: AsyncIterable<Uint8Array>,
  processing: Processing | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (processing?.input === undefined) yield* source;
  else {
    let line = 0;
    for await (const { records, areEnded } of streamLines(source)) {
      yield bytesOf(
        counted(line, () => filterRecords(records, processing)),
        areEnded,
      );
      line += records.length;
    }
  }
}

/**
 * Writes the answer to it, joined with the object, which is read a second time in step with the answer: however far the
 * model lags behind, no more than a piece of either is held.
 */
export async function writeStream(
  answer: AsyncIterable<Uint8Array>,
  reread: () => AsyncIterable<Uint8Array>,
  sink: ObjectSink,
  { assembleWith, processing }: { assembleWith: 'None' | 'Line'; processing: Processing | undefined },
): Promise<void> {
  if (processing === undefined || !readsAnswers(processing)) {
    let last: Pieces = [];
    for await (const piece of answer) {
      if (piece.length === 0) continue;
      last = [piece];
      await sink.write(last);
    }
    const ended = endAnswer(last, assembleWith);
    if (ended.length > last.length) await sink.write(ended.slice(last.length));
    return;
  }
  let line = 0;
  const write = async (records: readonly string[], answers: readonly string[]) => {
    if (answers.length === 0) return;
    await sink.write([bytesOf(counted(line, () => joinRecords(records, answers, processing)))]);
    line += answers.length;
  };
  if (!processing.joins) {
    for await (const { records } of streamLines(answer)) await write(records, records);
    return;
  }
  const asked = cursor(streamLines(reread()));
  const answered = cursor(streamLines(answer));
  try {
    for (;;) {
      const [some, others] = [await asked.peek(), await answered.peek()];
      const together = Math.min(some, others);
      if (together === 0) {
        if (some === others) return;
        throw new RecordFault(
          'record-count',
          `${some === 0 ? 'more answers came back than' : 'fewer answers came back than'} records went to the model: JoinSource Input needs one answer a record`,
          { record: line, fix: 'let the model answer one line a record' },
        );
      }
      await write(asked.take(together), answered.take(together));
    }
  } finally {
    await asked.close();
    await answered.close();
  }
}

/** Lines that are taken a number at a time. */
function cursor(lines: AsyncGenerator<{ readonly records: readonly string[] }, void, undefined>) {
  let records: readonly string[] = [];
  return {
    /** How many are at hand; 0 at the end. */
    peek: async () => {
      while (records.length === 0) {
        const next = await lines.next();
        if (next.done === true) return 0;
        records = next.value.records;
      }
      return records.length;
    },
    take: (number: number) => {
      const taken = records.slice(0, number);
      records = records.slice(number);
      return taken;
    },
    close: () => lines.return(),
  };
}

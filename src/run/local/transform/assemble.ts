import { type Pieces, endsWithNewline, fromByteText, lengthOf } from './pieces.ts';

/** Where the output of one object goes: it is there as a whole after `commit`, and not at all otherwise. */
export interface ObjectSink {
  readonly write: (pieces: Pieces) => Promise<void>;
  readonly commit: () => Promise<void>;
  /** Leaves nothing behind. */
  readonly abandon: () => Promise<void>;
}

/** One object's output in the making. */
export interface Assembly {
  /** Takes the next answer in the order of the input; resolves when it is written, or will never be. */
  readonly add: (answer: Promise<Pieces>) => Promise<void>;
  /** No more answers: what came in order becomes the output, or the first fault is thrown. */
  readonly finish: () => Promise<void>;
  readonly fail: (reason: unknown) => void;
  readonly hasFailed: () => boolean;
}

const NEWLINE = fromByteText('\n');

/**
 * `AssembleWith: Line` puts a newline behind an answer; one that ends in a newline has it already.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformOutput.html
 */
export function endAnswer(answer: Pieces, assembleWith: 'None' | 'Line'): Pieces {
  return assembleWith === 'None' || endsWithNewline(answer) ? answer : [...answer, NEWLINE];
}

/** Writes answers in the order in which they were asked for, whenever they come. */
export function assemble(open: () => Promise<ObjectSink>): Assembly {
  let sink: ObjectSink | undefined;
  let failure: { readonly reason: unknown } | undefined;
  let written: Promise<void> = Promise.resolve();
  const fail = (reason: unknown) => {
    failure ??= { reason };
  };
  const write = async (answer: Promise<Pieces>) => {
    try {
      const pieces = await answer;
      if (failure !== undefined) return;
      sink ??= await open();
      if (lengthOf(pieces) > 0) await sink.write(pieces);
    } catch (error) {
      fail(error);
    }
  };
  return {
    add: (answer) => {
      // It may fail long before its turn.
      answer.catch(() => {});
      written = written.then(() => write(answer));
      return written;
    },
    finish: async () => {
      await written;
      try {
        if (failure !== undefined) throw failure.reason;
        sink ??= await open();
        await sink.commit();
      } catch (error) {
        await sink?.abandon();
        throw error;
      }
    },
    fail,
    hasFailed: () => failure !== undefined,
  };
}

import type { Fault } from './consumer.ts';

/** Where what a file announces and what the compiler says of it differ: each as `line: text`. */
export interface Disagreement {
  /** Announced as mistakes, and they compile. */
  readonly compiles: readonly string[];
  /** Mistakes whose message begins otherwise than announced. */
  readonly saysOtherwise: readonly string[];
  /** Errors on lines that announce none. */
  readonly notAnnounced: readonly string[];
}

const MARKER = /\/\/! (?<text>.*)$/;

/** The lines of a source that announce an error by `//! part of the message's first line`. */
export function markersIn(source: string): Map<number, string> {
  return new Map(
    source.split('\n').flatMap((line, index) => {
      const text = MARKER.exec(line)?.groups?.['text'];
      return text === undefined ? [] : [[index + 1, text] as const];
    }),
  );
}

/** Holds what the compiler says of a source against what the source announces: one error a marker, and no other. */
export function disagreement(source: string, faults: readonly Fault[]): Disagreement {
  const lines = source.split('\n');
  const announced = markersIn(source);
  const faulty = new Set(faults.map(({ line }) => line));
  const compiles = [...announced].filter(([line]) => !faulty.has(line));
  const unexpected = faults.filter(({ line }, index) => {
    const isFirst = faults.findIndex((fault) => fault.line === line) === index;
    return !announced.has(line) || !isFirst;
  });
  const otherwise = faults.filter((fault) => !unexpected.includes(fault) && !says(fault, announced.get(fault.line)));
  return {
    compiles: compiles.map(([line]) => `${line}: ${lines[line - 1]?.trim()}`),
    saysOtherwise: otherwise.map(({ line, message }) => `${line}: ${message}`),
    notAnnounced: unexpected.map(({ line, message }) => `${line}: ${message}`),
  };
}

function says({ message }: Fault, text: string | undefined): boolean {
  return text !== undefined && message.includes(text);
}

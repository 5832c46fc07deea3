import type { ErrorDetails } from '../../../definition/error.ts';

/** Why an object has no output. */
export interface TransformFailure {
  /** Kebab-case and stable: `bad-status`. */
  readonly code: string;
  /** The input object, as its job names it. */
  readonly key: string;
  /** The records in question, where the input is split by line; the first line is 1. */
  readonly lines?: { readonly first: number; readonly last: number };
  readonly message: string;
  /** The container's own words, or AWS's. */
  readonly detail?: string;
  readonly fix?: string;
}

/** Where in an object: bytes of its (decompressed) content, and a record among those that begin there. */
export interface FaultPlace {
  readonly start: number;
  readonly length: number;
  /** Counted from 0; left out when all of these bytes are in question. */
  readonly record?: number;
}

/** Something that ends the work on one object; the engine makes a failure of it. */
export class TransformFault extends Error {
  readonly code: string;
  readonly detail: string | undefined;
  readonly fix: string | undefined;
  /** No other object can be done either: the container is gone. */
  readonly ends: boolean;
  readonly place: FaultPlace | undefined;

  constructor(
    code: string,
    message: string,
    details: Pick<ErrorDetails, 'detail' | 'fix' | 'cause'> & {
      readonly place?: FaultPlace | undefined;
      readonly ends?: boolean;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.detail = details.detail;
    this.fix = details.fix;
    this.place = details.place;
    this.ends = details.ends ?? false;
  }

  at(place: FaultPlace): TransformFault {
    return new TransformFault(this.code, this.message, {
      detail: this.detail,
      fix: this.fix,
      cause: this.cause,
      ends: this.ends,
      place,
    });
  }
}

/** A record that cannot be filtered or joined; counted from 0 within the records at hand. */
export class RecordFault extends Error {
  readonly code: string;
  readonly fix: string | undefined;
  record: number;

  constructor(code: string, message: string, { record = 0, fix }: { record?: number; fix?: string } = {}) {
    super(message);
    this.code = code;
    this.fix = fix;
    this.record = record;
  }
}

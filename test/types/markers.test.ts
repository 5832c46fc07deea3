import { describe, expect, test } from 'vitest';
import { disagreement, markersIn } from './markers.ts';

const source = ['const a: number = 1;', "const b: number = 'x'; //! Type 'string' is not", 'const c = 3;'].join('\n');
const file = 'mistakes.ts';
const right = { file, line: 2, message: "Type 'string' is not assignable to type 'number'." };

describe('holding a source against its compiler', () => {
  test('a marker is what stands behind //! on its line', () => {
    expect(markersIn(source)).toEqual(new Map([[2, "Type 'string' is not"]]));
  });

  test('an announced error is no disagreement', () => {
    expect(disagreement(source, [right])).toEqual({ compiles: [], saysOtherwise: [], notAnnounced: [] });
  });

  test('a mistake that compiles is named', () => {
    expect(disagreement(source, []).compiles).toEqual(["2: const b: number = 'x'; //! Type 'string' is not"]);
  });

  test('an error with another message is named with it', () => {
    const other = { ...right, message: 'No overload matches this call.' };

    expect(disagreement(source, [other]).saysOtherwise).toEqual(['2: No overload matches this call.']);
  });

  test('an error that nothing announces is named, also a second one on an announced line', () => {
    const faults = [right, { ...right, message: 'Again.' }, { file, line: 3, message: 'What?' }];

    expect(disagreement(source, faults).notAnnounced).toEqual(['2: Again.', '3: What?']);
  });
});

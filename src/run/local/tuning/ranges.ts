import type { Json } from '../../../definition/document.ts';
import { numberAt, objectsAt, textAt, textsAt } from '../steps/read.ts';

/** How the values of a range are spread. https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html */
type Scaling = 'Linear' | 'Logarithmic' | 'ReverseLogarithmic';

/** A hyperparameter that is searched, and the values it may have. */
export type Range =
  | { readonly kind: 'categorical'; readonly name: string; readonly values: readonly string[] }
  | {
      readonly kind: 'continuous' | 'integer';
      readonly name: string;
      readonly least: number;
      readonly most: number;
      readonly scaling: Scaling;
    };

/** Values of hyperparameters by name, as a training job is given them. */
export type Choice = Readonly<Record<string, string>>;

/** What is wrong with a range, in words. */
interface RangeFault {
  readonly name: string;
  readonly message: string;
}

/** Beyond such a span a scale that is left to us is logarithmic. */
const WIDE = 1000;

/** Reads `ParameterRanges`, in the order in which they stand. */
export function readRanges(given: Json | undefined): { readonly ranges: Range[]; readonly faults: RangeFault[] } {
  const ranges: Range[] = [];
  const faults: RangeFault[] = [];
  for (const kind of ['Continuous', 'Integer'] as const) {
    for (const each of objectsAt(given, `${kind}ParameterRanges`)) {
      const name = textAt(each, 'Name') ?? '';
      const [least, most] = [numberAt(each, 'MinValue'), numberAt(each, 'MaxValue')];
      const asked = textAt(each, 'ScalingType') ?? 'Auto';
      if (least === undefined || most === undefined || least > most) {
        faults.push({ name, message: 'its MinValue and MaxValue are no range' });
        continue;
      }
      const isWide = least > 0 && most / least >= WIDE;
      const scaling = (asked === 'Auto' ? (isWide ? 'Logarithmic' : 'Linear') : asked) as Scaling;
      if (scaling === 'Logarithmic' && least <= 0) faults.push({ name, message: 'a logarithmic scale begins above 0' });
      else if (scaling === 'ReverseLogarithmic' && (least < 0 || most >= 1)) {
        faults.push({ name, message: 'a reverse logarithmic scale is one from 0 to below 1' });
      } else ranges.push({ kind: kind === 'Integer' ? 'integer' : 'continuous', name, least, most, scaling });
    }
  }
  for (const each of objectsAt(given, 'CategoricalParameterRanges')) {
    const [name, values] = [textAt(each, 'Name') ?? '', textsAt(each, 'Values') ?? []];
    if (values.length === 0) faults.push({ name, message: 'it has no values' });
    else ranges.push({ kind: 'categorical', name, values });
  }
  return { ranges, faults };
}

/** Numbers from 0 to below 1 that a seed alone decides (mulberry32, public domain). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const REDRAWS = 50;

/** Draws choices one after the other; as long as there are others, none comes twice. */
export function drawn(ranges: readonly Range[], random: () => number): () => Choice {
  const seen = new Set<string>();
  return () => {
    for (let redraw = 0; ; redraw++) {
      const choice = Object.fromEntries(ranges.map((range) => [range.name, draw(range, random)]));
      const key = JSON.stringify(choice);
      if (seen.has(key) && redraw < REDRAWS) continue;
      seen.add(key);
      return choice;
    }
  };
}

function draw(range: Range, random: () => number): string {
  const share = random();
  if (range.kind === 'categorical') return range.values[Math.floor(share * range.values.length)]!;
  const { least, most, scaling, kind } = range;
  if (kind === 'integer' && scaling === 'Linear') return String(Math.floor(least + share * (most - least + 1)));
  const value = Math.min(most, Math.max(least, between(least, most, scaling, share)));
  return String(kind === 'integer' ? Math.round(value) : value);
}

function between(least: number, most: number, scaling: Scaling, share: number): number {
  if (scaling === 'Linear') return least + share * (most - least);
  if (scaling === 'Logarithmic') return Math.exp(Math.log(least) + share * (Math.log(most) - Math.log(least)));
  return 1 - Math.exp(Math.log(1 - least) + share * (Math.log(1 - most) - Math.log(1 - least)));
}

/** Every combination of categorical ranges, the last one changing fastest. */
export function combinations(ranges: readonly Range[]): Choice[] {
  return ranges.reduce<Choice[]>(
    (choices, range) =>
      choices.flatMap((choice) =>
        (range.kind === 'categorical' ? range.values : []).map((value) => ({ ...choice, [range.name]: value })),
      ),
    [{}],
  );
}

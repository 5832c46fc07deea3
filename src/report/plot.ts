import { sayNumber, sayTick } from './figures.ts';
import { type Html, html } from './html.ts';
import { round } from './layout.ts';
import type { StoryStep } from './story.ts';

const WIDTH = 320;
const HEIGHT = 128;
const EDGE = { left: 50, right: 10, top: 10, bottom: 20 };
/** More points than pixels only cost bytes. */
const POINTS = 300;

type Pair = readonly [number, number];

/** A line to draw: values one after the other, or along others. */
export interface Line {
  readonly name: string;
  readonly values: readonly number[];
  /** Where each value stands; else the first stands at 1. */
  readonly along?: { readonly name: string; readonly values: readonly number[] };
}

/** A line as a drawing, with its last value in words. */
export function plot(step: StoryStep, { name, values, along }: Line): Html {
  const places = along?.values ?? values.map((_, index) => index + 1);
  const shown = thinned(values.map((value, index) => [places[index]!, value] as const));
  // What goes from 0 to 1 by its nature is not drawn as if it went from 0.97 to 1.
  const isShare = along !== undefined && [...values, ...places].every((value) => value >= 0 && value <= 1);
  const [left, right] = isShare ? [0, 1] : rangeOf(shown.map(([place]) => place));
  const [low, high] = isShare ? [0, 1] : rangeOf(shown.map(([, value]) => value));
  const [across, up] = [WIDTH - EDGE.left - EDGE.right, HEIGHT - EDGE.top - EDGE.bottom];
  const at = ([place, value]: Pair): string => {
    const x = EDGE.left + (right === left ? 0.5 : (place - left) / (right - left)) * across;
    const y = EDGE.top + (high === low ? 0.5 : 1 - (value - low) / (high - low)) * up;
    return `${round(x)} ${round(y)}`;
  };
  const [x, y] = at(shown.at(-1)!).split(' ');
  const base = EDGE.top + up;
  const last = sayNumber(values.at(-1)!);
  const against = along === undefined ? '' : ` against ${along.name}`;
  const said = `${name}${against} of ${step.title}: ${values.length} values from ${sayNumber(values[0]!)} to ${last}`;
  const end = along === undefined ? html`<circle class="point" cx="${x}" cy="${y}" r="3" />` : undefined;
  return html`<figure class="plot">
    <figcaption>
      <span class="data">${name}</span>
      ${along !== undefined && html`<span class="quiet">against</span> <span class="data">${along.name}</span>`}
      <a href="#${step.id}" data-step="${step.id}">${step.title}</a>
      ${along === undefined && html`<strong>${last}</strong>`}
    </figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${said}">
      <path class="axis" d="M${EDGE.left} ${EDGE.top}V${base}H${WIDTH - EDGE.right}" />
      <path class="curve" d="M${shown.map(at).join('L')}" />
      ${end}
      <text class="tick end" x="${EDGE.left - 6}" y="${EDGE.top + 4}">${sayTick(high)}</text>
      <text class="tick end" x="${EDGE.left - 6}" y="${base}">${high === low ? '' : sayTick(low)}</text>
      <text class="tick" x="${EDGE.left}" y="${HEIGHT - 5}">${sayTick(left)}</text>
      <text class="tick end" x="${WIDTH - EDGE.right}" y="${HEIGHT - 5}">${right === left ? '' : sayTick(right)}</text>
    </svg>
  </figure>`;
}

function rangeOf(values: readonly number[]): Pair {
  return [Math.min(...values), Math.max(...values)];
}

/** At most so many points, always with the lowest and the highest of each stretch. */
function thinned(all: readonly Pair[]): readonly Pair[] {
  if (all.length <= POINTS) return all;
  const stretch = Math.ceil(all.length / (POINTS / 2));
  const kept: Pair[] = [];
  for (let begin = 0; begin < all.length; begin += stretch) {
    const part = [...all.slice(begin, begin + stretch).entries()].toSorted((a, b) => a[1][1] - b[1][1]);
    const ends = part.length > 1 ? [part[0]!, part.at(-1)!] : part;
    kept.push(...ends.toSorted((a, b) => a[0] - b[0]).map(([, pair]) => pair));
  }
  return kept;
}

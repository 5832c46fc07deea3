import type { Json } from '../definition/document.ts';
import { sayNumber } from './figures.ts';
import { type Html, html } from './html.ts';
import { round } from './layout.ts';
import type { Series, StepFiles } from './read-run-folder.ts';
import type { Story, StoryStep } from './story.ts';

const WIDTH = 320;
const HEIGHT = 128;
const EDGE = { left: 46, right: 10, top: 10, bottom: 20 };
/** More points than pixels only cost bytes. */
const POINTS = 300;

/** Their numbers are of their work, not of a model: versions, requests. */
const UNMEASURED: readonly string[] = ['Transform', 'RegisterModel', 'Condition'];

/** What was measured: curves of what a log has many values of, and a table of the last values. */
export function drawMetrics({ steps }: Story, files: ReadonlyMap<string, StepFiles>): Html | undefined {
  const plots: Html[] = [];
  const rows: Html[] = [];
  for (const step of steps) {
    const { series = [], measured = {} } = files.get(step.name) ?? {};
    for (const each of series) if (each.values.length > 1) plots.push(plot(step, each));
    const facts = UNMEASURED.includes(step.type) ? {} : step.facts;
    for (const [name, value] of numbersOf({ ...facts, ...measured })) {
      rows.push(
        html`<tr data-row="${step.id}">
          <td><a href="#${step.id}" data-step="${step.id}">${step.title}</a></td>
          <td class="data">${name}</td>
          <td class="number">${sayNumber(value)}</td>
        </tr>`,
      );
    }
  }
  if (plots.length === 0 && rows.length === 0) return undefined;
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="Last values">
    <table>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col">Metric</th>
          <th scope="col" class="number">Last value</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
  return html`${plots.length > 0 && html`<div class="plots">${plots}</div>`}${rows.length > 0 && table}`;
}

function numbersOf(facts: Readonly<Record<string, Json>>): [string, number][] {
  return Object.entries(facts).filter((fact): fact is [string, number] => typeof fact[1] === 'number');
}

function plot(step: StoryStep, { name, values }: Series): Html {
  const shown = thinned(values);
  const [low, high] = [Math.min(...shown.map(([, value]) => value)), Math.max(...shown.map(([, value]) => value))];
  const range = high - low || 1;
  const across = WIDTH - EDGE.left - EDGE.right;
  const up = HEIGHT - EDGE.top - EDGE.bottom;
  const at = ([index, value]: readonly [number, number]): string => {
    const x = EDGE.left + (index / Math.max(1, values.length - 1)) * across;
    const y = high === low ? EDGE.top + up / 2 : EDGE.top + (1 - (value - low) / range) * up;
    return `${round(x)} ${round(y)}`;
  };
  const line = shown.map(at).join('L');
  const [x, y] = at(shown.at(-1)!).split(' ');
  const base = EDGE.top + up;
  const said = `${name} of ${step.title}: ${values.length} values from ${sayNumber(values[0]!)} to ${sayNumber(values.at(-1)!)}`;
  return html`<figure class="plot">
    <figcaption>
      <span class="data">${name}</span> <a href="#${step.id}" data-step="${step.id}">${step.title}</a>
      <strong>${sayNumber(values.at(-1)!)}</strong>
    </figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${said}">
      <path class="axis" d="M${EDGE.left} ${EDGE.top}V${base}H${WIDTH - EDGE.right}" />
      <path class="curve" d="M${line}" />
      <circle class="point" cx="${x}" cy="${y}" r="3" />
      <text class="tick end" x="${EDGE.left - 6}" y="${EDGE.top + 4}">${sayNumber(high)}</text>
      <text class="tick end" x="${EDGE.left - 6}" y="${base}">${high === low ? '' : sayNumber(low)}</text>
      <text class="tick" x="${EDGE.left}" y="${HEIGHT - 5}">1</text>
      <text class="tick end" x="${WIDTH - EDGE.right}" y="${HEIGHT - 5}">${values.length}</text>
    </svg>
  </figure>`;
}

/** At most so many points, always with the lowest and the highest of each stretch. */
function thinned(values: readonly number[]): (readonly [number, number])[] {
  const all = values.map((value, index) => [index, value] as const);
  if (all.length <= POINTS) return all;
  const stretch = Math.ceil(all.length / (POINTS / 2));
  const kept: (readonly [number, number])[] = [];
  for (let begin = 0; begin < all.length; begin += stretch) {
    const part = all.slice(begin, begin + stretch).toSorted((a, b) => a[1] - b[1]);
    const ends = part.length > 1 ? [part[0]!, part.at(-1)!] : part;
    kept.push(...ends.toSorted((a, b) => a[0] - b[0]));
  }
  return kept;
}

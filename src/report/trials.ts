import { sayCount } from '../definition/count.ts';
import type { Json, JsonObject } from '../definition/document.ts';
import { isObject } from '../definition/expression.ts';
import { drawTable, numberColumn } from './draw-table.ts';
import { sayNumber, sayTick } from './figures.ts';
import { type Html, html } from './html.ts';
import { round } from './layout.ts';
import type { StoryStep } from './story.ts';

/** A training job of a search for hyperparameters. */
export interface Trial {
  readonly job: string;
  readonly status: string;
  /** What was chosen for it. */
  readonly choice: Readonly<Record<string, string>>;
  readonly metric: string;
  /** Undefined when the job never said it. */
  readonly value: number | undefined;
}

/** The jobs of a search, the best first, out of what the service would describe them as. */
export function trialsIn(properties: Json | undefined): Trial[] {
  const summaries = isObject(properties) ? properties['TrainingJobSummaries'] : undefined;
  if (!Array.isArray(summaries)) return [];
  return (summaries as readonly Json[]).filter((summary) => isObject(summary)).map(trialOf);
}

function trialOf(summary: JsonObject): Trial {
  const metric = summary['FinalHyperParameterTuningJobObjectiveMetric'];
  const choice = isObject(summary['TunedHyperParameters']) ? summary['TunedHyperParameters'] : {};
  const objective = isObject(metric) ? metric : {};
  return {
    job: textOf(summary['TrainingJobName']),
    status: textOf(summary['TrainingJobStatus']),
    choice: Object.fromEntries(Object.entries(choice).map(([name, value]) => [name, textOf(value)])),
    metric: textOf(objective['MetricName']),
    value: typeof objective['Value'] === 'number' ? objective['Value'] : undefined,
  };
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}

const TOLD = 100;
const WIDTH = 320;
const HEIGHT = 110;
const EDGE = { left: 50, right: 12, top: 10, bottom: 20 };

/** A search: its objective against each hyperparameter that is a number, and every job with what was chosen. */
export function drawTrials(step: StoryStep, trials: readonly Trial[]): Html {
  const names = [...new Set(trials.flatMap(({ choice }) => Object.keys(choice)))];
  const plots = names.flatMap((name) => scatter(step, name, trials) ?? []);
  const rows = trials.slice(0, TOLD).map(
    (trial, index) =>
      html`<tr data-row="${step.id}" ${index === 0 && html` class="best"`}>
        <td class="data">${trial.job}</td>
        <td>${trial.status}</td>
        ${names.map((name) => html`<td class="number">${sayText(trial.choice[name])}</td>`)}
        <td class="number">${trial.value === undefined ? '–' : sayNumber(trial.value)}</td>
      </tr>`,
  );
  const metric = trials.find((trial) => trial.metric !== '')?.metric ?? 'objective';
  const left = trials.length - TOLD;
  return html`<div class="search">
    <h3>
      <a href="#${step.id}" data-step="${step.id}">${step.title}</a>
      <span class="quiet">${sayCount(trials.length, 'job')}, the best first</span>
    </h3>
    ${plots.length > 0 && html`<div class="plots">${plots}</div>`}
    ${drawTable(`Jobs of ${step.title}`, ['Job', 'Status', ...[...names, metric].map(numberColumn)], rows)}
    ${left > 0 && html`<p class="quiet">${sayCount(left, 'job')} more</p>`}
  </div>`;
}

function sayText(text: string | undefined): string {
  if (text === undefined) return '–';
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) ? sayNumber(value) : text;
}

function scatter(step: StoryStep, name: string, trials: readonly Trial[]): Html | undefined {
  const points = trials.flatMap(({ choice, value }) => {
    const place = Number(choice[name]?.trim() || Number.NaN);
    return value === undefined || !Number.isFinite(place) ? [] : [{ place, value }];
  });
  const [left, right] = rangeOf(points.map(({ place }) => place));
  const [low, high] = rangeOf(points.map(({ value }) => value));
  if (points.length < 3 || left === right) return undefined;
  const [across, up] = [WIDTH - EDGE.left - EDGE.right, HEIGHT - EDGE.top - EDGE.bottom];
  const base = EDGE.top + up;
  // The best comes last, so that no other lies upon it.
  const dots = points.toReversed().map(({ place, value }, index) => {
    const x = EDGE.left + ((place - left) / (right - left)) * across;
    const y = EDGE.top + (high === low ? 0.5 : 1 - (value - low) / (high - low)) * up;
    const isBest = index === points.length - 1;
    return html`<circle
      class="${isBest ? 'point' : 'try'}"
      cx="${round(x)}"
      cy="${round(y)}"
      r="${isBest ? 4.5 : 3}"
    />`;
  });
  const said = `The objective of ${step.title} against ${name}, for ${sayCount(points.length, 'job')}`;
  return html`<figure class="plot">
    <figcaption>
      <span class="quiet">against</span> <span class="data">${name}</span>
      <strong>${sayNumber(points[0]!.place)}</strong>
    </figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${said}">
      <path class="axis" d="M${EDGE.left} ${EDGE.top}V${base}H${WIDTH - EDGE.right}" />
      ${dots}
      <text class="tick end" x="${EDGE.left - 6}" y="${EDGE.top + 4}">${sayTick(high)}</text>
      <text class="tick end" x="${EDGE.left - 6}" y="${base}">${high === low ? '' : sayTick(low)}</text>
      <text class="tick" x="${EDGE.left}" y="${HEIGHT - 5}">${sayTick(left)}</text>
      <text class="tick end" x="${WIDTH - EDGE.right}" y="${HEIGHT - 5}">${sayTick(right)}</text>
    </svg>
  </figure>`;
}

function rangeOf(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

import { sayCount } from '../definition/count.ts';
import { type Comparison, comparisonsOf } from './decisions.ts';
import { drawTable, numberColumn } from './draw-table.ts';
import { type Confusion, type Measure, findingsIn } from './evaluation.ts';
import { sayNumber } from './figures.ts';
import { type Html, html } from './html.ts';
import { round } from './layout.ts';
import { plot } from './plot.ts';
import type { StepFiles } from './read-run-folder.ts';
import type { Story, StoryStep } from './story.ts';
import { type Trial, drawTrials } from './trials.ts';

/** Their numbers are of their work, not of a model: versions, requests. */
const UNMEASURED: readonly string[] = ['Transform', 'RegisterModel', 'Condition', 'Lambda', 'Callback'];
/** So many numbers of one evaluation are told; the file has the others. */
const TOLD = 60;
const DRAWN = 12;
const BAR = 120;

/** What was measured: curves, confusion matrices, and every number with a bar where it has a scale. */
export function drawMetrics({ steps }: Story, files: ReadonlyMap<string, StepFiles>): Html | undefined {
  const plots: Html[] = [];
  const rows: Html[] = [];
  const searches: Html[] = [];
  const asked = steps.flatMap((step) => comparisonsOf(step, files.get(step.name)));
  for (const step of steps) {
    const { series = [], evaluations = [], trials = [] } = files.get(step.name) ?? {};
    if (trials.length > 0) searches.push(drawTrials(step, trials));
    for (const each of series) if (each.values.length > 1) plots.push(plot(step, each));
    const facts = measuredBy(step, trials);
    rows.push(...facts.map((measure) => row(step, measure, scaleOf(measure, facts), [])));
    for (const { file, content } of evaluations) {
      const { measures, curves, confusions } = findingsIn(content);
      for (const { path, across, up } of curves.slice(0, DRAWN)) {
        const name = [...path.slice(0, across === undefined ? -1 : undefined), up.name].join('.');
        plots.push(plot(step, { name, values: up.values, ...(across === undefined ? {} : { along: across }) }));
      }
      plots.push(...confusions.slice(0, DRAWN).map((confusion) => drawConfusion(step, confusion)));
      const isAsked = ({ path }: Measure): boolean => asked.some((each) => isOf(each, step, path));
      // First what the pipeline decides by.
      const told = measures.toSorted((a, b) => Number(isAsked(b)) - Number(isAsked(a)));
      rows.push(...told.slice(0, TOLD).map((each) => row(step, each, scaleOf(each, measures), asked)));
      const left = measures.length - TOLD;
      if (left > 0)
        rows.push(
          html`<tr>
            <td colspan="4" class="quiet">${sayCount(left, 'number')} more in ${file}</td>
          </tr>`,
        );
    }
  }
  if (plots.length + rows.length + searches.length === 0) return undefined;
  const table = drawTable('Last values', ['Step', 'Metric', numberColumn('Value'), html`<td></td>`], rows);
  return html`${plots.length > 0 && html`<div class="plots">${plots}</div>`}${rows.length > 0 && table}${searches}`;
}

function isOf({ measure }: Comparison, { name }: StoryStep, path: readonly string[]): boolean {
  return measure?.step === name && measure.path.join('.') === path.join('.');
}

/** Of the work, and not of what came out of it. */
const BILLED = 'billableSeconds';

/** What a job said of itself at its end, as `FinalMetricDataList` has it. */
export function measuredBy({ type, facts }: StoryStep, trials: readonly Trial[] = []): Measure[] {
  if (UNMEASURED.includes(type)) return [];
  const [best] = trials;
  // The other facts of a search are its hyperparameters.
  if (best !== undefined) return best.value === undefined ? [] : [{ path: [best.metric], value: best.value }];
  return Object.entries(facts).flatMap(([name, value]) =>
    typeof value === 'number' && name !== BILLED ? [{ path: [name], value }] : [],
  );
}

/** Names of what goes from 0 to 1. */
const SHARE =
  /^(?:accuracy|balanced|auc|roc|pr|precision|recall|f[0-9.]*|score|r2|r|specificity|sensitivity|rate|share|fraction|iou|dice)$/i;

/** What a bar of a number is drawn against: 1 for shares, else the largest among those of the same name. */
function scaleOf({ path, value }: Measure, all: readonly Measure[]): number | undefined {
  const words = meantBy(path).split(/[^A-Za-z0-9.]+/);
  if (value >= 0 && value <= 1 && words.some((word) => SHARE.test(word))) return 1;
  const alike = all.filter((each) => each.path.length === path.length && meantBy(each.path) === meantBy(path));
  const largest = alike.reduce((most, each) => Math.max(most, each.value), 0);
  const isScale = alike.length > 1 && path.length > 1 && alike.every((each) => each.value >= 0) && largest > 0;
  return isScale && path.at(-1) !== 'value' ? largest : undefined;
}

/** SageMaker's own evaluations put the number one level lower: `mse.value`. */
function meantBy(path: readonly string[]): string {
  return (path.at(-1) === 'value' ? path.at(-2) : path.at(-1)) ?? '';
}

function row(step: StoryStep, { path, value }: Measure, scale: number | undefined, asked: readonly Comparison[]): Html {
  const name = path.join('.');
  const own = asked.filter((each) => isOf(each, step, path));
  const limits = own.flatMap(({ limit }) => (typeof limit === 'number' && limit > 0 && value >= 0 ? [limit] : []));
  // A limit is a scale of its own: a little more than what was asked for, or came out.
  const whole = scale ?? (limits.length === 0 ? undefined : Math.max(value, ...limits) * 1.25);
  return html`<tr data-row="${step.id}">
    <td><a href="#${step.id}" data-step="${step.id}">${step.title}</a></td>
    <td class="data">${name}</td>
    <td class="number">${sayNumber(value)}</td>
    <td class="scaled">${whole !== undefined && bar(value, limits, whole)}${own.map(wantedOf)}</td>
  </tr>`;
}

function bar(value: number, limits: readonly number[], whole: number): Html {
  const at = (place: number): number => round((place / whole) * BAR);
  const lines = limits.flatMap((limit) => (limit > whole ? [] : [html`<path class="limit" d="M${at(limit)} 0V14" />`]));
  return html`<svg width="${BAR}" height="14" aria-hidden="true">
    <rect class="whole" y="3" width="${BAR}" height="8" rx="2" />
    <rect class="part" y="3" width="${at(value)}" height="8" rx="2" />
    ${lines}
  </svg>`;
}

function wantedOf({ operator, wanted, limit, isNegated }: Comparison): Html {
  const said = typeof limit === 'number' ? sayNumber(limit) : wanted;
  return html`<span class="quiet">wanted: ${isNegated ? 'not ' : ''}${operator} ${said}</span> `;
}

function drawConfusion(step: StoryStep, { path, labels, rows }: Confusion): Html {
  const largest = Math.max(1, ...rows.flat());
  return html`<figure class="plot">
    <figcaption>
      <span class="data">${path.join('.')}</span> <a href="#${step.id}" data-step="${step.id}">${step.title}</a>
    </figcaption>
    <div class="scroll bare" tabindex="0" role="region" aria-label="${path.join('.')} of ${step.title}">
      <table class="confusion">
        <thead>
          <tr>
            <td class="quiet">truth ↓</td>
            ${labels.map((label) => html`<th scope="col" class="number">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row, index) =>
              html`<tr>
                <th scope="row">${labels[index]}</th>
                ${row.map((count) => html`<td class="number heat-${Math.ceil((count / largest) * 4)}">${sayNumber(count)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </figure>`;
}

import { sayCount } from '../definition/count.ts';
import { comparisonsOf, sayComparison } from './decisions.ts';
import { measuredBy } from './draw-metrics.ts';
import { type Measure, findingsIn } from './evaluation.ts';
import { sayBytes, sayNumber } from './figures.ts';
import { type Html, html } from './html.ts';
import { type Artefact, endOf } from './lineage.ts';
import { sign } from './marks.ts';
import type { OutputFiles, StepFiles } from './read-run-folder.ts';
import type { Story, StoryStep } from './story.ts';

const CARDS = 8;
const ROWS = 3;
const MEASURES = 6;
const SEEN = 1000;
const ORDER: readonly Artefact['kind'][] = ['predictions', 'package', 'model', 'data'];

/** What a run came to, before anything else: predictions, packages, what was measured and decided. */
export function drawResults(
  { steps, run }: Story,
  artefacts: readonly Artefact[],
  files: ReadonlyMap<string, StepFiles>,
): Html | undefined {
  if (run === undefined) return undefined;
  const byName = new Map(steps.map((step) => [step.name, step]));
  const isMade = (name: string): boolean => ['succeeded', 'cached'].includes(byName.get(name)!.state ?? '');
  const ends = artefacts
    .filter(({ madeBy }) => madeBy.some(isMade))
    .filter(({ kind, madeBy, readBy }) => madeBy.length > 0 && (kind === 'predictions' || readBy.length === 0))
    .toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  const measured = steps.flatMap((step) => measuresCard(step, files.get(step.name)));
  const decided = steps.flatMap((step) => decisionCard(step, files.get(step.name)));
  // What lies somewhere as data says less than what was made of it.
  const [named, data] = [ends.filter(({ kind }) => kind !== 'data'), ends.filter(({ kind }) => kind === 'data')];
  const card = (artefact: Artefact): Html => artefactCard(artefact, byName.get(artefact.madeBy[0]!)!, files, run.run);
  const cards = [...named.map(card), ...measured, ...decided, ...data.map(card)];
  if (cards.length === 0) return undefined;
  const left = cards.length - CARDS;
  const rest = left > 0 ? html`<p class="quiet">${left} more below, with their steps.</p>` : undefined;
  return html`<div class="results">${cards.slice(0, CARDS)}</div>
    ${rest}`;
}

function card(step: StoryStep, kind: string, body: Html): Html {
  return html`<div class="result${kind === 'predictions' && html` wide`}">
    <p class="eyebrow">
      <span class="kind of-${kind}">${kind}</span> <a href="#${step.id}" data-step="${step.id}">${step.title}</a>
    </p>
    ${body}
  </div>`;
}

function artefactCard(artefact: Artefact, step: StoryStep, files: ReadonlyMap<string, StepFiles>, run: string): Html {
  const found = files.get(step.name)?.outputs.find(({ target }) => target === artefact.target);
  const { approval } = step.facts;
  const state = artefact.kind === 'package' && typeof approval === 'string' ? html`<p>${approval}</p>` : undefined;
  return card(
    step,
    artefact.kind,
    html`<p class="data what" title="${artefact.target}">${endOf(artefact, run)}</p>
      ${state}${found !== undefined && html`<p class="quiet">${sayFiles(found)}</p>`}${
        artefact.kind === 'predictions' && firstRows(found)
      }`,
  );
}

/** How much lies at an output. */
export function sayFiles({ objects, isMore, bytes }: OutputFiles): string {
  if (objects === 0) return 'nothing there';
  return `${isMore ? 'more than ' : ''}${sayCount(objects, 'file')}, ${sayBytes(bytes)}`;
}

function firstRows(found: OutputFiles | undefined): Html | undefined {
  // Beside predictions may lie what describes them.
  const [shown] = [...(found?.previews ?? [])]
    .filter(({ rows, lines }) => (rows ?? lines ?? []).length > 0)
    .toSorted((a, b) => Number(b.rows !== undefined) - Number(a.rows !== undefined) || b.size - a.size);
  if (shown === undefined) return undefined;
  const lines = shown.rows?.map((row) => row.join(', ')) ?? shown.lines ?? [];
  return html`<pre tabindex="0" aria-label="First lines of ${shown.name}">${lines.slice(0, ROWS).join('\n')}</pre>`;
}

function measuresCard(step: StoryStep, files: StepFiles | undefined): Html[] {
  const [evaluation] = files?.evaluations ?? [];
  const measures = evaluation === undefined ? measuredBy(step, files?.trials) : findingsIn(evaluation.content).measures;
  // Numbers of the whole say more than those of a class or a column, and counts least.
  const rankOf = ({ path, value }: Measure): number => (Number.isInteger(value) ? 2 : Number(path.length > 1));
  const best = Math.min(...measures.slice(0, SEEN).map(rankOf));
  const top = measures.filter((measure) => rankOf(measure) === best).slice(0, MEASURES);
  const items = top.map(
    ({ path, value }) =>
      html`<dt class="data">${(path.at(-1) === 'value' ? path.slice(-2, -1) : path).join('.')}</dt>
        <dd>${sayNumber(value)}</dd>`,
  );
  return items.length === 0 ? [] : [card(step, 'metrics', html`<dl>${items}</dl>`)];
}

function decisionCard(step: StoryStep, files: StepFiles | undefined): Html[] {
  const { outcome } = step.facts;
  if (typeof outcome !== 'boolean') return [];
  const said = comparisonsOf(step, files).map((comparison) => html`<p>${sayComparison(comparison)}</p>`);
  const end = html`<p class="outcome">
    ${sign(outcome ? 'succeeded' : 'skipped')}<strong>${outcome ? 'yes' : 'no'}</strong>
  </p>`;
  return [card(step, 'decision', html`${said}${end}`)];
}

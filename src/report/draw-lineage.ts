import { sayCount } from '../definition/count.ts';
import { drawTable } from './draw-table.ts';
import { shorten } from './figures.ts';
import { type Html, html } from './html.ts';
import { type Point, layOut, pathOf, round } from './layout.ts';
import { type Artefact, endOf } from './lineage.ts';
import { classOf } from './marks.ts';
import type { Story, StoryStep } from './story.ts';

const WIDTH = 218;
const HEIGHT = 44;
const LETTERS = 29;
/** What is larger says more as a table. */
const DRAWN = 120;

/** What came from where, as a drawing and as a table. */
export function drawLineage(story: Story, artefacts: readonly Artefact[]): Html | undefined {
  if (artefacts.length === 0) return undefined;
  const steps = new Map(story.steps.map((step) => [step.name, step]));
  const link = (name: string): Html => {
    const step = steps.get(name)!;
    return html`<a href="#${step.id}" data-step="${step.id}">${step.title}</a> `;
  };
  const rows = artefacts.map(
    ({ id, kind, target, madeBy, readBy }) =>
      html`<tr id="${id}">
        <td><span class="kind of-${kind}">${kind}</span></td>
        <td class="data">${target}</td>
        <td>${madeBy.map(link)}</td>
        <td>${readBy.map(link)}</td>
      </tr>`,
  );
  // Code belongs to its job: as a box of its own it would hide the way of the data.
  const shown = artefacts.filter(({ kind, madeBy }) => kind !== 'code' || madeBy.length > 0);
  const taking = shown.length + story.steps.length > DRAWN;
  const drawing = taking
    ? html`<p class="quiet">
        ${sayCount(artefacts.length, 'artefact')} are more than a drawing can show: the table has them all.
      </p>`
    : html`<div class="canvas" tabindex="0" role="region" aria-label="Drawing of the lineage">
        ${draw(shown, steps, { run: story.run?.run, codes: codesOf(artefacts) })}
      </div>`;
  return html`${drawing}<details${taking ? html` open` : ''}><summary>${sayCount(artefacts.length, 'artefact')} as a table</summary>${drawTable('Artefacts', ['Kind', 'Where', 'Made by', 'Read by'], rows)}</details>`;
}

interface Told {
  readonly run: string | undefined;
  /** The files of code that each step runs. */
  readonly codes: ReadonlyMap<string, readonly string[]>;
}

function codesOf(artefacts: readonly Artefact[]): Told['codes'] {
  const codes = new Map<string, string[]>();
  for (const artefact of artefacts) {
    const name = endOf(artefact, undefined);
    // What every training job calls its bundle tells nothing.
    if (artefact.kind !== 'code' || name === 'sourcedir.tar.gz') continue;
    for (const step of artefact.readBy) codes.set(step, [...(codes.get(step) ?? []), name]);
  }
  return codes;
}

function draw(artefacts: readonly Artefact[], steps: ReadonlyMap<string, StoryStep>, { run, codes }: Told): Html {
  const taking = new Set(artefacts.flatMap(({ madeBy, readBy }) => [...madeBy, ...readBy]));
  const boxes = [...taking].map((name) => ({ id: `step ${name}`, width: WIDTH, height: HEIGHT }));
  const all = [...boxes, ...artefacts.map(({ id }) => ({ id, width: WIDTH, height: HEIGHT }))];
  const arrows = artefacts.flatMap(({ id, madeBy, readBy }) => [
    ...madeBy.map((name) => ({ from: `step ${name}`, to: id })),
    ...readBy.map((name) => ({ from: id, to: `step ${name}` })),
  ]);
  const layout = layOut(all, arrows, 'TB');
  const [wide, high] = [Math.ceil(layout.width), Math.ceil(layout.height)];
  const lines = layout.arrows.map(
    (points) => html`<path class="edge reference" d="${pathOf(points)}" marker-end="url(#tip)" />`,
  );
  const nodes = artefacts.map((artefact) => artefactNode(artefact, layout.boxes.get(artefact.id)!, run));
  const jobs = [...taking].map((name) => jobNode(steps.get(name)!, layout.boxes.get(`step ${name}`)!, codes.get(name)));
  return html`<svg
    class="graph lineage"
    width="${wide}"
    height="${high}"
    viewBox="0 0 ${wide} ${high}"
    role="group"
    aria-label="What came from where"
  >
    <g aria-hidden="true">${lines}</g>
    ${nodes}${jobs}
  </svg>`;
}

function artefactNode(artefact: Artefact, { x, y }: Point, run: string | undefined): Html {
  const { kind, target, madeBy } = artefact;
  const [left, top] = [round(x - WIDTH / 2), round(y - HEIGHT / 2)];
  return html`<g class="artefact of-${kind}" role="img" aria-label="${kind} ${target}"
    ><title>${target}</title><rect x="${left}" y="${top}" width="${WIDTH}" height="${HEIGHT}" rx="6" /><text
      class="type"
      x="${left + 12}"
      y="${top + 18}"
      >${madeBy.length === 0 && kind === 'data' ? 'input' : kind}</text
    ><text class="title data" x="${left + 12}" y="${top + 34}">${shorten(endOf(artefact, run), LETTERS - 2)}</text></g
  >`;
}

function jobNode({ id, name, title, type, state }: StoryStep, { x, y }: Point, codes: readonly string[] = []): Html {
  const [left, top] = [round(x - WIDTH / 2), round(y - HEIGHT / 2)];
  const seen = shorten(title, LETTERS - 4);
  const work = shorten([type, ...codes].join(', '), LETTERS);
  return html`<a
    class="node ${state === undefined ? 'is-plain' : classOf(state)} works"
    href="#${id}"
    data-step="${id}"
    aria-label="${seen}, ${work}${seen === name ? '' : `, ${name}`}"
    ><title>${name}</title><rect x="${left}" y="${top}" width="${WIDTH}" height="${HEIGHT}" rx="${HEIGHT / 2}" /><text
      class="title"
      x="${left + 20}"
      y="${top + 19}"
      >${seen}</text
    >
    <text class="type" x="${left + 20}" y="${top + 35}">${work}</text></a
  >`;
}

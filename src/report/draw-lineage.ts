import { sayCount, shorten } from './figures.ts';
import { type Html, html } from './html.ts';
import { type Point, layOut, pathOf, round } from './layout.ts';
import type { Artefact } from './lineage.ts';
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
        <td><span class="kind ${kind}">${kind}</span></td>
        <td class="data">${target}</td>
        <td>${madeBy.map(link)}</td>
        <td>${readBy.map(link)}</td>
      </tr>`,
  );
  const taking = artefacts.length + story.steps.length > DRAWN;
  const drawing = taking
    ? html`<p class="quiet">
        ${sayCount(artefacts.length, 'artefact')} are more than a drawing can show: the table has them all.
      </p>`
    : html`<div class="canvas" tabindex="0" role="region" aria-label="Lineage">${draw(artefacts, steps)}</div>`;
  return html`${drawing}<details${taking ? html` open` : ''}><summary>${sayCount(artefacts.length, 'artefact')} as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Artefacts"><table><thead><tr><th scope="col">Kind</th><th scope="col">Where</th><th scope="col">Made by</th><th scope="col">Read by</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}

function draw(artefacts: readonly Artefact[], steps: ReadonlyMap<string, StoryStep>): Html {
  const taking = new Set(artefacts.flatMap(({ madeBy, readBy }) => [...madeBy, ...readBy]));
  const boxes = [...taking].map((name) => ({ id: `step ${name}`, width: WIDTH, height: HEIGHT }));
  const all = [...boxes, ...artefacts.map(({ id }) => ({ id, width: WIDTH, height: HEIGHT }))];
  const arrows = artefacts.flatMap(({ id, madeBy, readBy }) => [
    ...madeBy.map((name) => ({ from: `step ${name}`, to: id })),
    ...readBy.map((name) => ({ from: id, to: `step ${name}` })),
  ]);
  const layout = layOut(all, arrows, 'LR');
  const [wide, high] = [Math.ceil(layout.width), Math.ceil(layout.height)];
  const lines = layout.arrows.map(
    (points) => html`<path class="edge reference" d="${pathOf(points)}" marker-end="url(#tip)" />`,
  );
  const nodes = artefacts.map((artefact) => artefactNode(artefact, layout.boxes.get(artefact.id)!));
  const jobs = [...taking].map((name) => jobNode(steps.get(name)!, layout.boxes.get(`step ${name}`)!));
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

function artefactNode({ kind, target, madeBy }: Artefact, { x, y }: Point): Html {
  const [left, top] = [round(x - WIDTH / 2), round(y - HEIGHT / 2)];
  return html`<g class="artefact ${kind}" role="img" aria-label="${kind} ${target}"
    ><title>${target}</title><rect x="${left}" y="${top}" width="${WIDTH}" height="${HEIGHT}" rx="6" /><text
      class="type"
      x="${left + 12}"
      y="${top + 18}"
      >${madeBy.length === 0 && kind === 'data' ? 'input' : kind}</text
    ><text class="title data" x="${left + 12}" y="${top + 34}">${endOf(target, kind === 'code')}</text></g
  >`;
}

/** The end of a place says more than its beginning. */
function endOf(target: string, isCode: boolean): string {
  const parts = target.replace(/\/$/, '').split('/');
  const isPackage = target.includes(':model-package/');
  const end = isPackage
    ? parts.slice(-2).join('/')
    : target.startsWith('s3:')
      ? parts.slice(isCode ? -1 : -2).join('/')
      : target;
  return shorten(end === '' ? target : end, LETTERS - 2);
}

function jobNode({ id, name, title, type, state }: StoryStep, { x, y }: Point): Html {
  const [left, top] = [round(x - WIDTH / 2), round(y - HEIGHT / 2)];
  return html`<a
    class="node ${state === undefined ? 'is-plain' : classOf(state)} works"
    href="#${id}"
    data-step="${id}"
    aria-label="${name}, ${type}"
    ><title>${name}</title><rect x="${left}" y="${top}" width="${WIDTH}" height="${HEIGHT}" rx="${HEIGHT / 2}" /><text
      class="title"
      x="${left + 20}"
      y="${top + 19}"
      >${shorten(title, LETTERS - 4)}</text
    ><text class="type" x="${left + 20}" y="${top + 35}">${type}</text></a
  >`;
}

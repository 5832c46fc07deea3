import { sayCount } from '../definition/count.ts';
import { sayDuration, shorten } from './figures.ts';
import { type Html, html } from './html.ts';
import { type Arrow, type Box, type Point, layOut, pathOf, round } from './layout.ts';
import { classOf } from './marks.ts';
import type { Story, StoryEdge, StoryStep } from './story.ts';

const HEIGHT = 46;
const LETTER = 7.3;
const NARROWEST = 150;
const WIDEST = 270;
/** So many steps between the same neighbours are drawn as a block: side by side they would be a thread. */
const BLOCK = 9;
const GAP = 10;
const HEAD = 26;

/** The graph of a document as SVG, placed once and for all. */
export function drawGraph({ steps, edges, criticalPath }: Story): Html {
  // Below the title stand the type and the time, in smaller letters.
  const longest = steps.reduce((most, { title, type }) => Math.max(most, lengthOf(title), type.length * 0.9 + 9), 0);
  const width = Math.min(WIDEST, Math.max(NARROWEST, Math.ceil(longest * LETTER) + 58));
  const blocks = blocksOf(steps, edges, width);
  const blockOf = new Map(blocks.flatMap((block) => block.steps.map(({ name }) => [name, block] as const)));
  const boxes: Box[] = [];
  for (const { name } of steps) if (!blockOf.has(name)) boxes.push({ id: `step ${name}`, width, height: HEIGHT });
  boxes.push(...blocks);
  const idOf = (name: string): string => blockOf.get(name)?.id ?? `step ${name}`;
  const arrows = new Map<string, Arrow & { readonly edge: StoryEdge }>();
  for (const edge of edges) {
    const arrow = { from: idOf(edge.from), to: idOf(edge.to), edge };
    const key = JSON.stringify([arrow.from, arrow.to]);
    if (!arrows.has(key)) arrows.set(key, arrow);
  }
  const drawn = [...arrows.values()];
  const layout = layOut(boxes, drawn);
  const critical = new Set(criticalPath.slice(1).map((name, index) => JSON.stringify([criticalPath[index], name])));
  const lines = drawn.map(({ edge }, index) => {
    const points = layout.arrows[index]!;
    const isCritical = critical.has(JSON.stringify([edge.from, edge.to]));
    const label = edge.label === undefined ? undefined : labelAt(points, edge.label);
    return html`<path
        class="edge ${edge.kind}${isCritical ? ' critical' : ''}"
        d="${pathOf(points)}"
        marker-end="url(#${isCritical ? 'tip-critical' : 'tip'})"
      />${label}`;
  });
  const nodes = steps.flatMap((step) => {
    const middle = layout.boxes.get(`step ${step.name}`);
    return middle === undefined ? [] : [node(step, middle, width, criticalPath.includes(step.name))];
  });
  const grids = blocks.map((block) => grid(block, layout.boxes.get(block.id)!, width, criticalPath));
  const [wide, high] = [Math.ceil(layout.width), Math.ceil(layout.height)];
  return html`<svg
    class="graph"
    id="graph-drawing"
    width="${wide}"
    height="${high}"
    viewBox="0 0 ${wide} ${high}"
    role="group"
    aria-label="The steps and what they wait for"
  >
    <defs>${tip('tip')}${tip('tip-critical')}</defs>
    <g aria-hidden="true">${lines}</g>
    ${nodes}${grids}
  </svg>`;
}

function tip(id: string): Html {
  return html`<marker
    id="${id}"
    viewBox="0 0 8 8"
    refX="7"
    refY="4"
    markerWidth="8"
    markerHeight="8"
    markerUnits="userSpaceOnUse"
    orient="auto"
    ><path d="M0 0.5L7.5 4L0 7.5z"
  /></marker>`;
}

function labelAt(points: readonly Point[], label: string): Html {
  const { x, y } = points[Math.floor(points.length / 2)]!;
  return html`<g class="branch-label"
    ><rect x="${round(x - 15)}" y="${round(y - 9)}" width="30" height="18" rx="9" /><text
      x="${round(x)}"
      y="${round(y + 4)}"
      >${label}</text
    ></g
  >`;
}

function node(step: StoryStep, { x, y }: Point, width: number, isCritical: boolean): Html {
  const { id, title, name, type, state, seconds } = step;
  const [left, top] = [round(x - width / 2), round(y - HEIGHT / 2)];
  const ran = seconds !== undefined && step.spans.length > 0;
  const time = ran ? sayDuration(seconds) : '';
  const room = Math.floor((width - 52) / LETTER);
  const seen = shorten(title, room);
  // What is seen comes first and in its order, so that it can be said to a computer: WCAG 2.5.3.
  const spoken = [seen, type, time, state, seen === name ? '' : name].filter((word) => word);
  const mark =
    state === undefined
      ? undefined
      : html`<use
          href="#sign-${state}"
          class="sign ${classOf(state)}"
          x="${left + 13}"
          y="${top + 15}"
          width="16"
          height="16"
        />`;
  const begin = left + (state === undefined ? 18 : 38);
  return html`<a
    class="node ${state === undefined ? 'is-plain' : classOf(state)}${isCritical ? ' critical' : ''} ${shapeOf(type)}"
    href="#${id}"
    data-step="${id}"
    aria-label="${spoken.join(', ')}"
  >
    <title>${name}</title>
    <rect
      x="${left}"
      y="${top}"
      width="${width}"
      height="${HEIGHT}"
      rx="${type === 'Condition' || type === 'Fail' ? HEIGHT / 2 : 9}"
    />
    ${mark}
    <text class="title" x="${begin}" y="${top + 20}">${seen}</text>
    <text class="type" x="${begin}" y="${top + 36}">${type}</text>
    <text class="time" x="${left + width - 12}" y="${top + 36}">${time}</text></a
  >`;
}

function shapeOf(type: string): string {
  return type === 'Condition' ? 'decides' : type === 'Fail' ? 'ends' : 'works';
}

interface Block extends Box {
  readonly steps: readonly StoryStep[];
  readonly columns: number;
}

function blocksOf(steps: readonly StoryStep[], edges: readonly StoryEdge[], width: number): Block[] {
  const around = new Map<string, string[]>(steps.map(({ name }) => [name, []]));
  for (const { from, to } of edges) {
    around.get(to)?.push(`< ${from}`);
    around.get(from)?.push(`> ${to}`);
  }
  const alike = new Map<string, StoryStep[]>();
  for (const step of steps) {
    const key = JSON.stringify([around.get(step.name)!.toSorted(), step.inside?.condition, step.inside?.branch]);
    const members = alike.get(key);
    if (members === undefined) alike.set(key, [step]);
    else members.push(step);
  }
  const groups = [...alike.values()].filter((members) => members.length >= BLOCK);
  return groups.map((members, index) => {
    const columns = Math.max(2, Math.round(Math.sqrt((members.length * 1.5 * (HEIGHT + GAP)) / (width + GAP))));
    const rows = Math.ceil(members.length / columns);
    return {
      id: `block ${index}`,
      steps: members,
      columns,
      width: columns * (width + GAP) + GAP,
      height: rows * (HEIGHT + GAP) + GAP + HEAD,
    };
  });
}

function grid(block: Block, { x, y }: Point, width: number, criticalPath: readonly string[]): Html {
  const [left, top] = [round(x - block.width / 2), round(y - block.height / 2)];
  const nodes = block.steps.map((step, index) => {
    const column = index % block.columns;
    const row = Math.floor(index / block.columns);
    const middle = {
      x: left + GAP + column * (width + GAP) + width / 2,
      y: top + HEAD + row * (HEIGHT + GAP) + GAP + HEIGHT / 2,
    };
    return node(step, middle, width, criticalPath.includes(step.name));
  });
  return html`<rect
      class="block"
      x="${left}"
      y="${top}"
      width="${round(block.width)}"
      height="${round(block.height)}"
      rx="12"
    />
    <text class="block-title" x="${left + GAP + 4}" y="${top + 22}"
      >${sayCount(block.steps.length, 'step')} side by side</text
    >${nodes}`;
}

/** In letters of Latin width: those of East Asia take two. */
function lengthOf(text: string): number {
  let length = 0;
  for (const letter of text) length += letter.codePointAt(0)! > 0x2e7f ? 2 : 1;
  return length;
}

import { graphlib, layout } from '@dagrejs/dagre';

/** Something that is to be placed. */
export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** An arrow between two boxes. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where everything stands: the middles of the boxes, and the ways of the arrows in the order given. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Point>;
  readonly arrows: readonly (readonly Point[])[];
}

const MARGIN = 16;
/** What a page shows without scrolling. */
const ROOM = { width: 1100, height: 620 };
/** From here on the exact ranking takes seconds. */
const MANY = 300;

/** Places boxes in layers, downwards or to the right: whichever can be shown larger. */
export function layOut(boxes: readonly Box[], arrows: readonly Arrow[], direction?: 'TB' | 'LR'): Layout {
  if (direction !== undefined) return layOutTowards(boxes, arrows, direction);
  const [down, right] = [layOutTowards(boxes, arrows, 'TB'), layOutTowards(boxes, arrows, 'LR')];
  return scaleOf(right) > scaleOf(down) ? right : down;
}

function scaleOf({ width, height }: Layout): number {
  return Math.min(1, ROOM.width / width, ROOM.height / height);
}

function layOutTowards(boxes: readonly Box[], arrows: readonly Arrow[], rankdir: 'TB' | 'LR'): Layout {
  const graph = new graphlib.Graph({ multigraph: true });
  const isDown = rankdir === 'TB';
  graph.setGraph({
    rankdir,
    nodesep: isDown ? 28 : 18,
    edgesep: 14,
    ranksep: isDown ? 44 : 56,
    marginx: MARGIN,
    marginy: MARGIN,
    ranker: boxes.length > MANY ? 'longest-path' : 'network-simplex',
  });
  // Names of anywhere, such as __proto__, are no keys: numbers are.
  const keys = new Map(boxes.map(({ id }, index) => [id, `b${index}`]));
  for (const { id, width, height } of boxes) graph.setNode(keys.get(id)!, { width, height });
  for (const [index, { from, to }] of arrows.entries()) {
    graph.setEdge(keys.get(from)!, keys.get(to)!, {}, `a${index}`);
  }
  layout(graph);
  const placed = new Map(
    boxes.map(({ id }) => {
      const { x, y } = graph.node(keys.get(id)!) as Point;
      return [id, { x, y }] as const;
    }),
  );
  const ways = arrows.map(({ from, to }, index) => {
    const { points } = graph.edge(keys.get(from)!, keys.get(to)!, `a${index}`) as { points: Point[] };
    return points.map(({ x, y }) => ({ x, y }));
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { width: Math.max(width, 2 * MARGIN), height: Math.max(height, 2 * MARGIN), boxes: placed, arrows: ways };
}

/** The way of an arrow as an SVG path with round bends. */
export function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points.map(({ x, y }) => ({ x: round(x), y: round(y) }));
  if (first === undefined) return '';
  const text = [`M${first.x} ${first.y}`];
  for (const [index, point] of rest.entries()) {
    const next = rest[index + 1];
    if (next === undefined) text.push(`L${point.x} ${point.y}`);
    else text.push(`Q${point.x} ${point.y} ${round((point.x + next.x) / 2)} ${round((point.y + next.y) / 2)}`);
  }
  return text.join('');
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

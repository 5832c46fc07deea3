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
interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Point>;
  readonly arrows: readonly (readonly Point[])[];
}

const MARGIN = 16;
/** What a page shows without scrolling. */
const ROOM = { width: 1100, height: 620 };
/** To here the better of two directions is found by trying both. */
const FEW = 120;
/** From here on the exact ranking takes seconds. */
const MANY = 250;
/** From here on even the rough one does, and chains grow longer than the library's recursion can go. */
const HUGE = 700;

type Direction = 'TB' | 'LR';

/** Places boxes in layers, downwards or to the right: whichever can be shown larger. */
export function layOut(boxes: readonly Box[], arrows: readonly Arrow[], direction?: Direction): Layout {
  if (direction === undefined && boxes.length <= FEW) {
    const [down, right] = [layOutTowards(boxes, arrows, 'TB'), layOutTowards(boxes, arrows, 'LR')];
    return scaleOf(right) > scaleOf(down) ? right : down;
  }
  const layers = layersOf(boxes, arrows);
  const widest = layers.reduce((most, { length }) => Math.max(most, length), 0);
  // A box is about four times as wide as high.
  const isWide = widest * 4 > layers.length;
  const towards = direction ?? (isWide ? 'LR' : 'TB');
  return boxes.length > HUGE ? layOutPlainly(layers, arrows) : layOutTowards(boxes, arrows, towards);
}

/** The boxes by the longest way that leads to them; where ways go round, what is left is last. */
function layersOf(boxes: readonly Box[], arrows: readonly Arrow[]): Box[][] {
  const waiting = new Map(boxes.map(({ id }) => [id, 0]));
  const behind = new Map<string, string[]>(boxes.map(({ id }) => [id, []]));
  for (const { from, to } of arrows) {
    waiting.set(to, waiting.get(to)! + 1);
    behind.get(from)!.push(to);
  }
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const layers: Box[][] = [];
  for (let ready = boxes.filter(({ id }) => waiting.get(id) === 0); ready.length > 0;) {
    layers.push(ready);
    const next: Box[] = [];
    for (const { id } of ready) {
      byId.delete(id);
      for (const reader of behind.get(id)!) {
        const left = waiting.get(reader)! - 1;
        waiting.set(reader, left);
        if (left === 0) next.push(byId.get(reader)!);
      }
    }
    ready = next;
  }
  if (byId.size > 0) layers.push([...byId.values()]);
  return layers;
}

/** Layer below layer, each in rows that fit on a page: what matters in thousands of boxes is that they are found. */
function layOutPlainly(layers: readonly (readonly Box[])[], arrows: readonly Arrow[]): Layout {
  const placed = new Map<string, Point>();
  let [wide, y] = [0, MARGIN];
  for (const layer of layers) {
    let [x, tallest] = [MARGIN, 0];
    for (const { id, width, height } of layer) {
      if (x > MARGIN && x + width > 2 * ROOM.width) [x, y, tallest] = [MARGIN, y + tallest + 14, 0];
      placed.set(id, { x: x + width / 2, y: y + height / 2 });
      tallest = Math.max(tallest, height);
      x += width + 18;
      wide = Math.max(wide, x);
    }
    y += tallest + 44;
  }
  const ways = arrows.map(({ from, to }) => [placed.get(from)!, placed.get(to)!]);
  return { width: wide + MARGIN, height: y, boxes: placed, arrows: ways };
}

function scaleOf({ width, height }: Layout): number {
  return Math.min(1, ROOM.width / width, ROOM.height / height);
}

function layOutTowards(boxes: readonly Box[], arrows: readonly Arrow[], rankdir: Direction): Layout {
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

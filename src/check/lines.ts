// A text, one sign of JSON's own, or a number or a word.
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/gsu;
const KEY = /\.?([A-Za-z_][\w:-]*)|\[(\d+)\]|\['((?:\\.|[^'\\])*)'\]/gsu;

/** A place that is looked for, or that is around one. */
interface Node {
  line: number | undefined;
  readonly inner: Map<string | number, Node>;
}

interface Open {
  /** Undefined where nothing is looked for. */
  readonly node: Node | undefined;
  readonly isList: boolean;
  index: number;
  key: string | undefined;
}

/**
 * The line, from 1, of each of the paths in a text of JSON; a member that is not there has the line of what it is
 * missing in. The text has to be JSON.
 */
export function linesOf(text: string, paths: ReadonlySet<string>): Map<string, number> {
  const root: Node = { line: 1, inner: new Map() };
  const nodes = [...paths].map((path) => [path, nodesOf(path, root)] as const);
  const open: Open[] = [];
  let [line, counted] = [1, 0];
  for (const { 0: token, index } of paths.size === 0 ? [] : text.matchAll(TOKEN)) {
    for (; counted < index; counted++) if (text[counted] === '\n') line++;
    const inside = open.at(-1);
    if (token === '}' || token === ']') open.pop();
    else if (token === ',') {
      if (inside!.isList) inside!.index++;
      else inside!.key = undefined;
    } else if (token === ':') continue;
    else if (inside !== undefined && !inside.isList && inside.key === undefined) {
      inside.key = JSON.parse(token) as string;
      const node = inside.node?.inner.get(inside.key);
      if (node !== undefined) node.line = line;
    } else {
      const node = inside === undefined ? root : inside.node?.inner.get(inside.isList ? inside.index : inside.key!);
      if (node !== undefined) node.line ??= line;
      if (token === '{' || token === '[') open.push({ node, isList: token === '[', index: 0, key: undefined });
    }
  }
  return new Map(nodes.map(([path, way]) => [path, way.findLast((node) => node.line !== undefined)?.line ?? 1]));
}

/** The nodes on the way to a path, the root first. */
function nodesOf(path: string, root: Node): Node[] {
  const way = [root];
  for (const [, member, index, key] of path.matchAll(KEY)) {
    const name = index === undefined ? (member ?? key!.replace(/\\(.)/gsu, '$1')) : Number(index);
    const around = way.at(-1)!;
    let node = around.inner.get(name);
    if (node === undefined) around.inner.set(name, (node = { line: undefined, inner: new Map() }));
    way.push(node);
  }
  return way;
}

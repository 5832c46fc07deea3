import type { Branch } from '../definition/walk.ts';
import type { StepNode } from './node.ts';

/** The top level of a pipeline, or one side of a condition. */
interface Block {
  /** The condition it belongs to; undefined at the top. */
  readonly condition: StepNode | undefined;
  readonly listed: readonly StepNode[];
}

/** Which steps a pipeline has, and in which block each stands. */
export interface Placement {
  /** The steps of the top level, in order. */
  readonly top: readonly StepNode[];
  /** The steps on a side of a condition, in order. */
  branch(condition: StepNode, branch: Branch): readonly StepNode[];
  /** The steps that stand in more than one list. */
  readonly listedTwice: ReadonlySet<StepNode>;
}

/** The steps that a step reads from or is told to wait for; those in the branches of a Condition are not among them. */
type ReadsOf = (step: StepNode) => ReadonlySet<StepNode>;

/**
 * Finds every step that the listed ones reach and gives each its block. A listed step stays where it is listed. One that
 * is only reached goes to the innermost block that holds all its readers, so it runs only when one of them does; within
 * the block it comes before the first listed step that needs it.
 */
export function placeSteps(listed: readonly StepNode[], readsOf: ReadsOf): Placement {
  const top: Block = { condition: undefined, listed };
  const reached = reach(top, readsOf);
  const blockOf = chooseBlocks(reached, top);
  const members = new Map<Block, readonly StepNode[]>();
  for (const block of reached.blocks) members.set(block, orderBlock(block, reached, blockOf));
  return {
    top: members.get(top)!,
    branch: (condition, branch) => members.get(reached.branches.get(condition)![branch])!,
    listedTwice: reached.listedTwice,
  };
}

interface Reached {
  readonly reads: ReadonlyMap<StepNode, ReadonlySet<StepNode>>;
  readonly listedIn: ReadonlyMap<StepNode, Block>;
  readonly branches: ReadonlyMap<StepNode, Record<Branch, Block>>;
  readonly blocks: readonly Block[];
  readonly listedTwice: ReadonlySet<StepNode>;
}

function reach(top: Block, readsOf: ReadsOf): Reached {
  const reads = new Map<StepNode, ReadonlySet<StepNode>>();
  const listedIn = new Map<StepNode, Block>();
  const branches = new Map<StepNode, Record<Branch, Block>>();
  const blocks: Block[] = [];
  const listedTwice = new Set<StepNode>();
  const open: StepNode[] = [];
  const enter = (block: Block): Block => {
    blocks.push(block);
    for (const step of block.listed) {
      if (listedIn.has(step)) listedTwice.add(step);
      else listedIn.set(step, block);
      open.push(step);
    }
    return block;
  };
  enter(top);
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    if (reads.has(step)) continue;
    const read = readsOf(step);
    reads.set(step, read);
    for (const source of read) open.push(source);
    if (step.branches === undefined) continue;
    const { IfSteps, ElseSteps } = step.branches;
    branches.set(step, {
      IfSteps: enter({ condition: step, listed: IfSteps }),
      ElseSteps: enter({ condition: step, listed: ElseSteps }),
    });
  }
  return { reads, listedIn, branches, blocks, listedTwice };
}

/** What a step reads and, for a condition, what its branches list. */
function neededBy(step: StepNode, { reads, branches }: Reached): Iterable<StepNode> {
  const read = reads.get(step)!;
  const sides = branches.get(step);
  return sides === undefined ? read : [...read, ...sides.IfSteps.listed, ...sides.ElseSteps.listed];
}

/**
 * Readers before what they read, a condition before what its branches list: each time, the blocks that matter are known.
 * A value refers only to values that were there before it, so there is such an order, unless arguments were changed after
 * their step was made: steps on such a cycle stay where they are listed, or at the top, for `check` to find.
 */
function chooseBlocks(reached: Reached, top: Block): ReadonlyMap<StepNode, Block> {
  const { reads, listedIn, branches } = reached;
  const blockOf = new Map<StepNode, Block>();
  if (branches.size === 0) {
    for (const step of reads.keys()) blockOf.set(step, top);
    return blockOf;
  }

  const waiting = new Map<StepNode, number>();
  const count = (step: StepNode): unknown => waiting.set(step, (waiting.get(step) ?? 0) + 1);
  for (const step of reads.keys()) for (const next of neededBy(step, reached)) count(next);

  const parentOf = (block: Block): Block => blockOf.get(block.condition!)!;
  const depthOf = (block: Block): number => {
    let depth = 0;
    for (let at = block; at.condition !== undefined; at = parentOf(at)) depth++;
    return depth;
  };
  const innermost = (one: Block, other: Block): Block => {
    let [a, b] = [one, other];
    for (let depth = depthOf(a); depth > depthOf(other); depth--) a = parentOf(a);
    for (let depth = depthOf(b); depth > depthOf(one); depth--) b = parentOf(b);
    while (a !== b) [a, b] = [parentOf(a), parentOf(b)];
    return a;
  };

  const ready = [...reads.keys()].filter((step) => !waiting.has(step));
  for (let step = ready.pop(); step !== undefined; step = ready.pop()) {
    // The readers of a step have each narrowed its block down by now; a step that nobody reads is listed.
    const block = listedIn.get(step) ?? blockOf.get(step) ?? top;
    blockOf.set(step, block);
    for (const read of reads.get(step)!) {
      const known = blockOf.get(read);
      if (!listedIn.has(read)) blockOf.set(read, known === undefined ? block : innermost(known, block));
    }
    for (const next of neededBy(step, reached)) {
      const left = waiting.get(next)! - 1;
      waiting.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  for (const [step, left] of waiting) if (left > 0) blockOf.set(step, listedIn.get(step) ?? top);
  return blockOf;
}

/** The steps of a block: the listed ones in their order, each after the unlisted ones that it or its branches need. */
function orderBlock(block: Block, reached: Reached, blockOf: ReadonlyMap<StepNode, Block>): readonly StepNode[] {
  const ordered: StepNode[] = [];
  const seen = new Set<StepNode>();
  // Steps of blocks around this one have their place there; those of inner blocks may need steps of this one.
  const belongs = (step: StepNode): boolean => {
    if (reached.listedIn.get(step) === block) return false;
    let at = blockOf.get(step)!;
    while (at !== block && at.condition !== undefined) at = blockOf.get(at.condition)!;
    return at === block;
  };
  for (const listed of block.listed) {
    if (reached.listedIn.get(listed) !== block) continue;
    const path: { step: StepNode; rest: Iterator<StepNode> }[] = [];
    const open = (step: StepNode): void => {
      seen.add(step);
      path.push({ step, rest: neededBy(step, reached)[Symbol.iterator]() });
    };
    if (seen.has(listed)) continue;
    open(listed);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const next = last.rest.next();
      if (next.done) {
        path.pop();
        if (blockOf.get(last.step) === block) ordered.push(last.step);
      } else if (!seen.has(next.value) && belongs(next.value)) {
        open(next.value);
      }
    }
  }
  return ordered;
}

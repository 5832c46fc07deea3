import type { JsonObject } from '../../definition/document.ts';
import { PipelineError } from '../../definition/error.ts';
import { NODE } from '../../definition/expr.ts';
import { type StepNode, nodeOf } from '../node.ts';
import { type Duration, type Retries, type Retry, type StepException, cacheConfig, retryPolicies } from '../options.ts';
import { siteOf } from '../site.ts';

/** A step of a pipeline: a value that others read from and that a pipeline or a condition lists. */
export interface Step {
  readonly name: string;
  readonly type: string;
  readonly [NODE]: object;
}

/** What every step may be told beside its arguments. */
export interface StepOptions {
  /** Steps, or names of steps, that have to end before this one begins, though it reads nothing of them. */
  readonly dependsOn?: readonly (Step | string)[] | undefined;
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
}

/** What a step whose results can be used again may be told beside its arguments. */
export interface CacheOptions extends StepOptions {
  /** Whether results of an earlier execution with the same arguments are used, and how long they are good for. */
  readonly cache?: Duration | boolean | undefined;
}

/** What a step that runs a job may be told beside its arguments. */
export interface JobOptions extends CacheOptions {
  /** Whether a failed step is tried again: after which failures, how often or how long. */
  readonly retry?: Retry | Retries | undefined;
}

/** What a step that only calls the service may be told beside its arguments. */
export interface ModelOptions extends StepOptions {
  /** Whether a failed call is tried again: how often or how long. */
  readonly retry?: Retry<StepException> | Retries<StepException> | undefined;
}

/** What a kind of step adds to a step's node. */
interface StepKind {
  readonly type: string;
  readonly roleMember?: StepNode['roleMember'];
  readonly branches?: StepNode['branches'];
  readonly siblings?: JsonObject | undefined;
  readonly retryOf?: 'job' | 'call';
}

/** The node of a step that `builder` was called for. */
export function defineStep(
  builder: (...args: never[]) => unknown,
  kind: StepKind,
  name: string,
  args: unknown,
  options: StepOptions & Pick<JobOptions, 'cache' | 'retry'> = {},
): StepNode {
  return Object.freeze({
    kind: 'step',
    name,
    type: kind.type,
    arguments: args,
    roleMember: kind.roleMember,
    branches: kind.branches,
    dependsOn: options.dependsOn?.map((needed) => (typeof needed === 'string' ? needed : nodeOfStep(needed))) ?? NOBODY,
    displayName: options.displayName,
    description: options.description,
    siblings: siblingsOf(kind, options),
    site: siteOf(builder),
  } satisfies StepNode);
}

const NOBODY: readonly never[] = Object.freeze([]);
const NONE: JsonObject = Object.freeze({});

function siblingsOf(kind: StepKind, { cache, retry }: Pick<JobOptions, 'cache' | 'retry'>): JsonObject {
  if (cache === undefined && retry === undefined) return kind.siblings ?? NONE;
  const siblings: Record<string, unknown> = {};
  if (retry !== undefined) siblings['RetryPolicies'] = retryPolicies(retry, kind.retryOf ?? 'job');
  if (cache !== undefined) siblings['CacheConfig'] = cacheConfig(cache);
  return { ...(siblings as JsonObject), ...kind.siblings };
}

/** The value an author holds for a step's node. */
export function stepValue<T extends Step>(node: StepNode, members: Omit<T, keyof Step | 'type'>): T {
  return Object.freeze({ name: node.name, type: node.type, [NODE]: node, ...members }) as unknown as T;
}

/** The node of something that has to be a step. */
export function nodeOfStep(value: unknown): StepNode {
  const node = nodeOf(value);
  if (node?.kind === 'step') return node;
  throw new PipelineError('invalid', 'not-a-step', `A step was expected here, this is ${describe(value)}`, {
    fix: 'steps are made by step.processing(…), step.training(…) and the like',
  });
}

function describe(value: unknown): string {
  if (nodeOf(value) !== undefined) return 'an expression';
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : `a value of type ${typeof value}`;
}

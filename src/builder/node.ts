import type { ImageFamily } from '../aws/generated/images.ts';
import type { ImageUse } from '../aws/image-table.ts';
import type { JsonObject, ParameterType, ParameterValue } from '../definition/document.ts';
import { NODE } from '../definition/expr.ts';
import type { Segment } from '../definition/reference.ts';
import type { Site } from './site.ts';

/** What an author's value means. Frozen data with a literal `kind`; `resolve` turns it into JSON. */
export type ExpressionNode =
  | ParameterNode
  | AssetNode
  | ImageNode
  | PropertyNode
  | { readonly kind: 'execution'; readonly variable: string }
  | { readonly kind: 'join'; readonly separator: string; readonly values: readonly unknown[] }
  | { readonly kind: 'quoted'; readonly text: unknown }
  | { readonly kind: 'propertyFile'; readonly step: StepNode; readonly name: string; readonly path: string }
  | { readonly kind: 'fileAt'; readonly uri: unknown; readonly path: string }
  | { readonly kind: 'environment'; readonly of: 'bucket' | 'roleArn' | 'region' }
  /** A place of this execution in the artefact bucket; with `ofStep` inside a folder of the step that uses it. */
  | { readonly kind: 'place'; readonly name: string; readonly ofStep: boolean }
  | { readonly kind: 'unsafe'; readonly value: unknown };

export interface ParameterNode {
  readonly kind: 'parameter';
  readonly type: ParameterType;
  readonly default: ParameterValue | undefined;
  readonly enum: readonly string[] | undefined;
  readonly description: string | undefined;
  readonly site: Site;
}

export interface AssetNode {
  readonly kind: 'asset';
  readonly path: string;
  readonly archive: boolean;
  readonly ignore: readonly string[];
  /** What the use of it asks for: a single file, or a folder with this file in it. */
  readonly wants: 'file' | { readonly entry: string } | undefined;
  readonly site: Site;
}

interface ImageNode {
  readonly kind: 'image';
  readonly family: ImageFamily;
  readonly use: ImageUse;
  readonly version: string;
  readonly base: string | undefined;
  readonly python: string | undefined;
  readonly device: 'cpu' | 'gpu' | undefined;
}

export interface PropertyNode {
  readonly kind: 'property';
  readonly step: StepNode;
  readonly path: readonly Segment[];
}

/** What a step value means. */
export interface StepNode {
  readonly kind: 'step';
  readonly name: string;
  readonly type: string;
  /** AWS's arguments, with expressions at the leaves. */
  readonly arguments: unknown;
  /** The member in which an execution role is filled in when the author gives none. */
  readonly roleMember?: 'RoleArn' | 'ExecutionRoleArn' | undefined;
  readonly dependsOn: readonly (StepNode | string)[];
  readonly displayName: string | undefined;
  readonly description: string | undefined;
  /** Members beside `Arguments`, in AWS's spelling. */
  readonly siblings: JsonObject;
  /** The steps that each side of a Condition lists. */
  readonly branches?: { readonly IfSteps: readonly StepNode[]; readonly ElseSteps: readonly StepNode[] } | undefined;
  readonly site: Site;
}

/** The meaning of an author's value, or undefined when it is plain data. */
export function nodeOf(value: unknown): ExpressionNode | StepNode | undefined {
  return typeof value === 'object' && value !== null && NODE in value
    ? (value[NODE] as ExpressionNode | StepNode)
    : undefined;
}

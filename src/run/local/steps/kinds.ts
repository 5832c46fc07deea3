import { callback } from './callback.ts';
import { condition } from './condition.ts';
import { fail } from './fail.ts';
import { lambda } from './lambda.ts';
import { model } from './model.ts';
import { processing } from './processing.ts';
import { qualityCheck } from './quality-check.ts';
import { registerModel } from './register-model.ts';
import type { StepKind } from './step.ts';
import { training } from './training.ts';
import { transform } from './transform.ts';
import { tuning } from './tuning.ts';

const KINDS: Readonly<Record<string, StepKind>> = {
  Callback: callback,
  Condition: condition,
  Fail: fail,
  Lambda: lambda,
  Model: model,
  Processing: processing,
  QualityCheck: qualityCheck,
  RegisterModel: registerModel,
  Training: training,
  Transform: transform,
  Tuning: tuning,
};

/** The types of step that run on this machine. */
export const LOCAL_TYPES: readonly string[] = Object.keys(KINDS);

/** How steps of a type run here; undefined when they do not. */
export function kindOf(type: string): StepKind | undefined {
  return Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  AutoML: 'the service searches models in ways that it does not publish',
  ClarifyCheck: 'it runs an image of AWS that is not at hand',
  EMR: 'it needs a cluster of Amazon EMR',
  EMRServerless: 'it needs an application of Amazon EMR Serverless',
};

/** Why steps of a type do not run here. */
export function whyNot(type: string): string {
  return REASONS[type] ?? 'what it makes exists on AWS alone';
}

import type { PipelineExecutionStep, PipelineExecutionStepMetadata } from '@aws-sdk/client-sagemaker';
import type { Json } from '../../definition/document.ts';
import { type Resource, consoleLinks, readArn } from '../console-links.ts';
import type { StepReport } from '../described-execution.ts';

/** Reads one step of ListPipelineExecutionSteps; one that has not begun is undefined. */
export function reportOf(step: PipelineExecutionStep, now: Date): StepReport | undefined {
  const state = stateOf(step);
  if (state === undefined) return undefined;
  const {
    StepName: name = '',
    AttemptCount: attempts = 1,
    StartTime: started,
    EndTime: ended,
    Metadata: metadata,
  } = step;
  const resource = resourceOf(metadata);
  const until = state === 'running' ? now : (ended ?? now);
  return {
    name,
    state,
    attempt: Math.max(1, attempts),
    seconds: started === undefined ? 0 : Math.max(0, (until.getTime() - started.getTime()) / 1000),
    started,
    reason: reasonOf(step),
    resource,
    links: resource === undefined ? [] : consoleLinks(resource),
    facts: metadata === undefined ? {} : factsOf(metadata),
  };
}

function stateOf(step: PipelineExecutionStep): StepReport['state'] | undefined {
  switch (step.StepStatus) {
    case 'Succeeded':
      if (step.SelectiveExecutionResult?.SourcePipelineExecutionArn !== undefined) return 'skipped';
      return step.CacheHitResult?.SourcePipelineExecutionArn === undefined ? 'succeeded' : 'cached';
    case 'Failed':
      return 'failed';
    case 'Stopped':
      return 'stopped';
    case undefined:
      return undefined;
    // Starting, Executing, Stopping, and whatever AWS may add: it has begun and has not ended.
    default:
      return 'running';
  }
}

function reasonOf(step: PipelineExecutionStep): string | undefined {
  const reused = step.SelectiveExecutionResult?.SourcePipelineExecutionArn;
  if (reused !== undefined) return `the result of execution ${lastPart(reused)} was used`;
  const cached = step.CacheHitResult?.SourcePipelineExecutionArn;
  if (cached !== undefined) return `the result of execution ${lastPart(cached)} was used`;
  return step.FailureReason ?? step.Metadata?.Fail?.ErrorMessage;
}

function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** What has an ARN: the job of a check stands under a name of its own. */
function resourceOf(metadata: PipelineExecutionStepMetadata | undefined): Resource | undefined {
  for (const part of Object.values(metadata ?? {}) as (object | undefined)[]) {
    const arn = part === undefined ? undefined : arnOf(part);
    if (arn !== undefined) return readArn(arn);
  }
  return undefined;
}

function arnOf(part: object): string | undefined {
  if ('Arn' in part && typeof part.Arn === 'string') return part.Arn;
  return 'CheckJobArn' in part && typeof part.CheckJobArn === 'string' ? part.CheckJobArn : undefined;
}

/** All of the metadata but the ARNs that links are made of already. */
function factsOf(metadata: PipelineExecutionStepMetadata): Record<string, Json> {
  const facts = new Map<string, Json>();
  const { Condition: condition, RegisterModel: registered, Callback: callback, Lambda: lambda } = metadata;
  if (condition?.Outcome !== undefined) facts.set('outcome', condition.Outcome);
  if (registered?.Arn !== undefined) facts.set('modelPackage', registered.Arn);
  if (callback?.CallbackToken !== undefined) facts.set('callbackToken', callback.CallbackToken);
  for (const { Name, Value } of [...(callback?.OutputParameters ?? []), ...(lambda?.OutputParameters ?? [])]) {
    if (Name !== undefined && Value !== undefined) facts.set(Name, Value);
  }
  const check = metadata.QualityCheck ?? metadata.ClarifyCheck;
  if (check?.ViolationReport !== undefined) facts.set('violationReport', check.ViolationReport);
  if (metadata.EMR?.ClusterId !== undefined) facts.set('cluster', metadata.EMR.ClusterId);
  return Object.fromEntries(facts);
}

import type { Step, StepOptions } from '../steps/define.ts';
import { type TransformArguments, type TransformStep, transform } from '../steps/transform.ts';

/** A batch transform and a check of what goes in or comes out. */
export interface MonitoredTransformSpec<Check extends Step> {
  readonly transform: TransformArguments;
  /** Makes the check out of its name and what it waits for. */
  readonly check: (name: string, order: Pick<StepOptions, 'dependsOn'>) => Check;
  /** Whether the check comes first, and the transform runs only when it passes; it comes last unless told. */
  readonly checkFirst?: boolean | undefined;
}

/** The two steps: list both. */
export interface MonitoredTransform<Check extends Step> {
  readonly transform: TransformStep;
  readonly check: Check;
}

/**
 * A batch transform and a check as two steps, `<name>-transform` and `<name>-monitoring`, one waiting for the other.
 *
 * @example const { transform, check } = monitorBatchTransform('Score', { transform: batchTransform({ … }),
 *   check: (name, order) => step.qualityCheck(name, monitor.dataQuality({ … }), { checkType: 'DATA_QUALITY', ...order }) });
 */
export function monitorBatchTransform<Check extends Step>(
  name: string,
  spec: MonitoredTransformSpec<Check>,
): MonitoredTransform<Check> {
  const [transformName, checkName] = [`${name}-transform`, `${name}-monitoring`];
  if (spec.checkFirst === true) {
    const check = spec.check(checkName, {});
    return { check, transform: transform(transformName, spec.transform, { dependsOn: [check] }) };
  }
  const first = transform(transformName, spec.transform);
  return { transform: first, check: spec.check(checkName, { dependsOn: [first] }) };
}

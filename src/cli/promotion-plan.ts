import type { JsonObject } from '../definition/document.ts';
import type { ModelPlan } from '../promote/plan-model.ts';
import type { Accounts, PromotionPlan } from '../promote/promote.ts';
import { formatS3Uri } from '../s3/uri.ts';

/** A promotion's plan as the JSON answer gives it. */
export function promotionPlanData({ source, target }: Accounts, plan: PromotionPlan): JsonObject {
  const { models, definition, place } = plan;
  const data = {
    source: { account: source.id, region: source.region },
    target: { account: target.id, region: target.region, bucket: place.bucket, kmsKeyId: place.kmsKeyId ?? null },
    models: models.map(({ copies, ...model }) => ({
      ...model,
      copies: copies.map(({ from, to, ...copy }) => ({ from: formatS3Uri(from), to: formatS3Uri(to), ...copy })),
    })),
    definition: definition && {
      pipeline: definition.assembly.name,
      to: formatS3Uri(definition.to),
      isThere: definition.isThere,
      bytes: Buffer.byteLength(definition.text),
      missingAssets: definition.missingAssets,
    },
    writes: plannedWrites(plan),
  };
  // Requests of AWS's hold nothing but JSON once `undefined` is gone.
  return JSON.parse(JSON.stringify(data)) as JsonObject;
}

/** How many objects and packages applying the plan would write or change. */
export function plannedWrites({ models, definition }: PromotionPlan): number {
  const perModel = models.map(({ target, copies }) => {
    const isChanged = target.state === 'absent' || target.isToBeApproved === true;
    return copies.filter(({ isThere }) => !isThere).length + (isChanged || revoked(target).length > 0 ? 1 : 0);
  });
  const forDefinition = definition === undefined ? 0 : definition.missingAssets.length + (definition.isThere ? 0 : 1);
  return perModel.reduce((sum, one) => sum + one, forDefinition);
}

/** A promotion's plan as text for people. */
export function promotionPlanText({ source, target }: Accounts, plan: PromotionPlan): string {
  const { models, definition, place } = plan;
  const lines = [
    `from account ${source.id} (${source.region}) into account ${target.id} (${target.region}), bucket ${place.bucket}`,
    ...models.flatMap((model) => ['', ...modelLines(model)]),
  ];
  if (definition !== undefined) {
    const { assembly, to, isThere, missingAssets } = definition;
    lines.push('', `pipeline ${assembly.name}`);
    lines.push(`  ${isThere ? 'is there' : 'upload  '}  ${formatS3Uri(to)}`);
    for (const key of missingAssets) lines.push(`  upload    s3://${to.bucket}/${key}`);
  }
  const writes = plannedWrites(plan);
  lines.push('', writes === 0 ? 'nothing to write' : `${writes} to write`);
  return `${lines.join('\n')}\n`;
}

function modelLines({ source, target, copies, report, doubts }: ModelPlan): string[] {
  const lines = [`model ${source.arn}`];
  for (const { from, to, bytes, isThere } of copies) {
    lines.push(`  ${isThere ? 'is there' : 'copy    '}  ${formatS3Uri(from)} -> ${formatS3Uri(to)} (${bytes} bytes)`);
  }
  if (target.state === 'absent') {
    const again = target.failed.length > 0 ? `, as AWS could not make ${target.failed.join(', ')}` : '';
    lines.push(`  register  in group ${target.group}${target.isNewGroup ? ', which is created' : ''}${again}`);
  } else {
    lines.push(`  ${target.state === 'there' ? 'is there' : 'await   '}  ${target.arn ?? ''}`);
  }
  if (target.isToBeApproved === true) lines.push(`  approve   ${target.arn ?? ''}`);
  for (const { arn, sourceArn } of revoked(target)) {
    lines.push(`  reject    ${arn}, as ${sourceArn} is no longer approved`);
  }
  for (const { field, outcome, why } of report) {
    if (outcome !== 'carried') lines.push(`  ${outcome.padEnd(8)}  ${field}${why === undefined ? '' : `: ${why}`}`);
  }
  const carried = report.filter(({ outcome }) => outcome === 'carried').map(({ field }) => field);
  if (carried.length > 0) lines.push(`  carried   ${carried.join(', ')}`);
  for (const doubt of doubts) lines.push(`  note      ${doubt}`);
  return lines;
}

function revoked({ outdated }: ModelPlan['target']): ModelPlan['target']['outdated'] {
  return outdated.filter(({ isRevoked }) => isRevoked);
}

/** A finished promotion as text: what is deployed now, an ARN or a URI a line. */
export function promotionText(arns: readonly string[], plan: PromotionPlan): string {
  const { definition } = plan;
  const lines = definition === undefined ? arns : [...arns, formatS3Uri(definition.to)];
  return lines.map((line) => `${line}\n`).join('');
}

/** The report of what became of each member, where it is not simply there. */
export function reportNotes({ models }: PromotionPlan): string[] {
  return models.flatMap(({ source, target, report, doubts }) => {
    if (target.state !== 'absent') return [];
    const dropped = report.filter(({ outcome }) => outcome === 'dropped');
    const about = `version ${source.version} of ${source.group}`;
    return [
      ...dropped.map(({ field, why }) => `note: ${about}: ${field} was left out, it ${why ?? 'does not fit'}`),
      ...doubts.map((doubt) => `note: ${about}: ${doubt}`),
    ];
  });
}

import { sayFirst } from '../../definition/count.ts';
import { type Assembly, originOf } from '../../definition/assembly.ts';
import type { Diagnostic } from '../../definition/diagnostic.ts';
import type { JsonObject, PipelineDocument, StepDocument } from '../../definition/document.ts';
import { formatPath } from '../../definition/path.ts';
import { type StepPlace, walkSteps } from '../../definition/walk.ts';
import type { ContainerJob, Containers, ModelContainer } from './containers/container.ts';
import { type Scope, foldBefore } from './expressions/scope.ts';
import type { Handlers } from './handlers.ts';
import type { Registry } from './registry.ts';
import { LOCAL_TYPES, kindOf, whyNot } from './steps/kinds.ts';
import type { PlannedStep } from './steps/step.ts';
import { readPlace } from './store/place.ts';
import type { Store } from './store/store.ts';
import { objectsBelow } from './store/transfer.ts';

/** What an inspection needs to know. */
interface Inspection {
  readonly document: PipelineDocument;
  readonly origins: Assembly['origins'];
  readonly scope: Pick<Scope, 'parameters' | 'execution' | 'experiment'>;
  readonly containers: Containers;
  readonly store: Store;
  readonly registry: Registry;
  readonly handlers: Handlers;
  /** Whether what is missing in the store may come from elsewhere. */
  readonly mayFetch: boolean;
  /** The steps that run; all when left out. */
  readonly only?: ReadonlySet<string> | undefined;
}

/** Everything that cannot be done on this machine (errors) or is not as on the service, before anything runs. */
export async function inspect(inspection: Inspection): Promise<Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  const work: (ContainerJob | ModelContainer)[] = [];
  const refused = new Map<string, PlannedStep[]>();
  const places = new Map([...walkSteps(inspection.document)].map((place) => [place.step.Name, place]));
  const requests = (step: string): JsonObject | undefined => {
    const place = places.get(step);
    return place && (foldBefore(requestOf(place), inspection.scope) as JsonObject);
  };
  for (const place of places.values()) {
    if (inspection.only?.has(place.step.Name) === false) continue;
    const kind = kindOf(place.step.Type);
    const planned = plannedStep(place, inspection, diagnostics, requests);
    if (kind === undefined) {
      const known = refused.get(place.step.Type);
      if (known === undefined) refused.set(place.step.Type, [planned]);
      else known.push(planned);
      continue;
    }
    kind.inspect(planned);
    work.push(...(kind.containers?.(planned) ?? []));
    if (isFirst(place) && !inspection.mayFetch) {
      for (const { uri, below } of kind.reads?.(planned) ?? [])
        await reportMissing(uri, below, planned, inspection.store);
    }
  }
  refuseTypes(refused);
  if (work.length > 0) diagnostics.push(...(await inspection.containers.inspect(work)));
  return diagnostics;
}

/** The request of a step with what is known so far; of a Condition without the steps of its branches. */
export function requestOf({ step }: Pick<StepPlace, 'step'>): JsonObject {
  if (step.Type !== 'Condition') return step.Arguments;
  const { IfSteps: _if, ElseSteps: _else, ...rest } = step.Arguments;
  return rest;
}

/** What says nothing of the work itself. */
const ASIDE: ReadonlySet<string> = new Set([
  'Name',
  'Arguments',
  'DependsOn',
  'DisplayName',
  'Description',
  'RetryPolicies',
  'CacheConfig',
  'PropertyFiles',
]);

/** What of a step's work stands beside its arguments: its type, the function that it calls. */
export function besideOf(step: StepDocument): JsonObject {
  return Object.fromEntries(Object.entries(step as unknown as JsonObject).filter(([member]) => !ASIDE.has(member)));
}

function plannedStep(
  place: StepPlace,
  { scope, origins, registry, handlers }: Inspection,
  diagnostics: Diagnostic[],
  requests: PlannedStep['requestOf'],
): PlannedStep {
  const path = formatPath(place.path);
  return {
    step: place.step,
    path,
    registry,
    requestOf: requests,
    given: foldBefore(requestOf(place), scope) as JsonObject,
    beside: foldBefore(besideOf(place.step), scope) as JsonObject,
    handlers,
    report: (severity, code, message, { below, detail, fix } = {}) => {
      const where = below === undefined ? path : `${path}.${below}`;
      diagnostics.push({ code, severity, message, path: where, at: originOf(origins, where), detail, fix });
    },
  };
}

/** A pipeline may have a thousand steps of a type: they are refused in one sentence. */
function refuseTypes(refused: ReadonlyMap<string, readonly PlannedStep[]>): void {
  for (const [type, steps] of refused) {
    const names = steps.map(({ step }) => step.Name);
    const are = steps.length === 1 ? `is a step of type ${type}` : `are steps of type ${type}`;
    steps[0]!.report(
      'error',
      'step-not-supported',
      `${sayFirst(names, SHOWN)} ${are}, which does not run on this machine`,
      {
        below: 'Type',
        detail: `${whyNot(type)}; what runs here: ${LOCAL_TYPES.join(', ')}`,
        fix: 'run the pipeline on SageMaker: --on sagemaker',
      },
    );
  }
}

const SHOWN = 5;

/** What waits for nothing reads what was there before. */
function isFirst({ step, inside }: StepPlace): boolean {
  return (
    inside === undefined && (step.DependsOn ?? []).length === 0 && !JSON.stringify(step.Arguments).includes('"Steps.')
  );
}

async function reportMissing(uri: string, below: string, { step, report }: PlannedStep, store: Store): Promise<void> {
  try {
    for await (const _ of objectsBelow(store, readPlace(uri))) return;
    report('error', 'missing-input', `${step.Name} reads ${uri}, and there is nothing`, {
      below,
      detail:
        'on this machine S3 is a folder of this project, and nothing is in it that a run or you did not put there',
      fix: `--map ${uri}=./FILE-OR-FOLDER, or --fetch to read it from S3`,
    });
  } catch (error) {
    report('error', 'bad-input', `${step.Name} reads ${uri}: ${(error as Error).message}`, { below });
  }
}

import { ARTIFACT_BUCKET } from '../../definition/bind.ts';
import type { Assembly } from '../../definition/assembly.ts';
import { type Diagnostic, hasErrors } from '../../definition/diagnostic.ts';
import { PipelineError } from '../../definition/error.ts';
import { toStateMachine } from '../../emit/step-functions/state-machine.ts';
import type { World } from '../runner.ts';
import type { Connection } from './connect.ts';

/** What there is to do so that the account has a state machine; nothing of it is done yet. */
export interface MachineDeployment {
  /** Of the machine. */
  readonly name: string;
  /** The stack that holds it, when one does. */
  readonly stack?: string;
  /** Undefined when nothing is written to one. */
  readonly bucket: string | undefined;
  /** The roles, as far as they are known before. */
  readonly roles: Readonly<Record<string, string>>;
  readonly action: 'create' | 'update' | 'nothing';
  /** What differs: `definition`, `role`, a parameter of the stack. */
  readonly differs: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** Whether something beside the assets goes to the bucket. */
  readonly writesMore: boolean;
  /** What an execution has to be of; undefined where the stack writes the machine's last words. */
  readonly machine?: object;
  /** Does it; the result is the machine's ARN. */
  readonly deploy: (world: World) => Promise<string>;
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
const LONGEST_DEFINITION = 1_048_576;

/** Ends in an error when a pipeline can be no state machine; the warnings otherwise. */
export function requireMachine({ name, definition }: Assembly): readonly Diagnostic[] {
  const { machine, diagnostics } = toStateMachine(definition);
  if (hasErrors(diagnostics)) {
    throw new PipelineError('invalid', 'no-counterpart', `${name} cannot run on Step Functions`, {
      detail: 'nothing was started',
      fix: 'run it on SageMaker: --on sagemaker',
      diagnostics,
    });
  }
  const { length } = JSON.stringify(machine);
  if (length > LONGEST_DEFINITION) {
    throw new PipelineError('invalid', 'definition-too-long', `The state machine of ${name} is too long`, {
      detail: `it has ${length} characters; the most is ${LONGEST_DEFINITION}`,
      fix: 'make several pipelines of it, or move long arguments into files',
    });
  }
  return diagnostics;
}

/** The bucket that was named, else SageMaker's own where one is needed. */
export async function bucketFor(
  { definition, assets }: Assembly,
  named: string | undefined,
  { account, region }: Connection,
): Promise<string | undefined> {
  const isNeeded = assets.length > 0 || asksFor(definition, ARTIFACT_BUCKET);
  return named ?? (isNeeded ? `sagemaker-${region}-${await account()}` : undefined);
}

/** Whether a definition leaves something to its account. */
export function asksFor({ Parameters: declared }: Assembly['definition'], parameter: string): boolean {
  return declared?.some(({ Name }) => Name === parameter) ?? false;
}

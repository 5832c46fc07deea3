import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../definition/document.ts';
import { PipelineError } from '../../../definition/error.ts';
import type { ContainerEnd, ContainerJob } from '../containers/container.ts';
import { removeFolder } from '../run-folder.ts';
import { numberAt, textMapAt, textsAt } from './read.ts';
import type { StepWork } from './step.ts';

/** Where a step's job has its `/opt/ml`. */
export function jobFolder({ folder }: Pick<StepWork, 'folder'>): string {
  return join(folder, 'opt-ml');
}

/** The environment that the service gives to every job, beside the request's own. */
export function serviceEnvironment(work: StepWork): Record<string, string> {
  return { AWS_REGION: work.region, AWS_DEFAULT_REGION: work.region, ...work.jobEnvironment };
}

/** What requests for jobs say in the same words: the program, its environment and its time. */
export function programOf(
  given: JsonObject,
  specification: string,
  environment: Readonly<Record<string, string>>,
): Pick<ContainerJob, 'entrypoint' | 'arguments' | 'environment' | 'secondsAtMost'> {
  const entrypoint = textsAt(given, specification, 'ContainerEntrypoint');
  const words = textsAt(given, specification, 'ContainerArguments');
  const seconds = numberAt(given, 'StoppingCondition', 'MaxRuntimeInSeconds');
  return {
    environment: { ...environment, ...textMapAt(given, 'Environment') },
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(words === undefined ? {} : { arguments: words }),
    ...(seconds === undefined ? {} : { secondsAtMost: seconds }),
  };
}

/** Runs a container to its end; one that does not end well is an error, in the words that the service would use. */
export async function runJob(work: StepWork, job: ContainerJob): Promise<void> {
  const end = await work.containers.run({ ...job, step: work.step.Name }, work.listen, work.signal);
  if (end.exitCode === 0 && !end.timedOut && !work.signal.aborted) return;
  throw jobFault(end, job);
}

// https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html: what the job wrote to
// /opt/ml/output/failure is its FailureReason, of which the first 1,024 characters are kept.
const REASON_LENGTH = 1024;

function jobFault(
  { exitCode, signal, timedOut, failure }: ContainerEnd,
  { kind, secondsAtMost }: ContainerJob,
): PipelineError {
  if (timedOut) {
    return new PipelineError('failed', 'job-timed-out', `the job ran longer than ${secondsAtMost} s`, {
      detail: 'MaxRuntimeExceeded',
      fix: 'raise MaxRuntimeInSeconds of its StoppingCondition',
    });
  }
  const how = exitCode === null ? `was ended by ${signal ?? 'a signal'}` : `exited with ${exitCode}`;
  // Nobody asked it to end: the kernel did, for want of memory, or somebody at the machine.
  const isKilled = exitCode === null && signal === 'SIGKILL' && (failure ?? '') === '';
  if (isKilled) return new PipelineError('failed', 'job-killed', `its program ${how}`, { detail: KILLED });
  const said = failure === undefined || failure.trim() === '' ? undefined : failure.trim().slice(0, REASON_LENGTH);
  return new PipelineError('failed', kind === 'training' ? 'AlgorithmError' : 'ClientError', `its program ${how}`, {
    detail: said,
  });
}

const KILLED = 'nothing here has ended it: the machine may have run out of memory';

/** Removes what a job had, now that all that counts of it is in the store. */
export function clearJob(work: StepWork): void {
  const folder = jobFolder(work);
  if (existsSync(folder)) removeFolder(folder);
}

import { PipelineError } from '../../definition/error.ts';
import type { RunEvent, RunState } from '../../definition/events.ts';
import { formatDuration } from './duration.ts';

type StepEnded = Extract<RunEvent, { type: 'step-ended' }>;

/** How a command runs one step of a run again. */
export type Rerun = (step: string, run: string) => string;

/** What is told last of a run that did not succeed: the step, why, the end of its log, where more is, and the way on. */
export function failureOf(
  run: string,
  state: RunState,
  events: readonly RunEvent[],
  rerun?: Rerun,
): PipelineError | undefined {
  if (state === 'stopped') {
    const stopped = endsOf(events).find((event) => event.state === 'stopped');
    const fix = stopped === undefined ? undefined : rerun?.(stopped.step, run);
    return new PipelineError('interrupted', 'stopped', `The run was stopped: ${run}`, { fix });
  }
  if (state !== 'failed') return undefined;
  // The first to fail is the cause; what fails after it may only have lost its place.
  const failed = endsOf(events).find((event) => event.state === 'failed');
  if (failed === undefined) {
    const ended = events.findLast((event) => event.type === 'run-ended');
    return new PipelineError('failed', 'run-failed', `The run failed: ${run}`, { detail: ended?.reason });
  }
  const { step, reason, tail = [], links } = failed;
  const others = endsOf(events).filter((event) => event.state === 'failed' && event.step !== step);
  const [why, ...more] = reason?.split('\n') ?? [];
  const isInLog = more.every((line) => tail.some((each) => each.trim() === line.trim()));
  const details = [
    ...(isInLog ? [] : more),
    ...tail.map((line) => `│ ${line}`),
    ...links.map(({ title, target }) => `${title}: ${target}`),
    ...(others.length === 0 ? [] : [`${others.map((other) => other.step).join(', ')} failed too`]),
  ];
  return new PipelineError('failed', 'step-failed', `${step} failed${why === undefined ? '' : `: ${why}`}`, {
    detail: details.length === 0 ? undefined : details.join('\n  '),
    fix: rerun?.(step, run),
  });
}

/** A run that has ended as text for stdout: a line a step, where the results are, and the run's name last. */
export function summaryText(run: string, events: readonly RunEvent[]): string {
  const ended = events.findLast((event) => event.type === 'run-ended');
  if (ended === undefined) return `${run}\n`;
  const started = events.find((event) => event.type === 'run-started');
  const ends = endsOf(events);
  const width = Math.max(0, ...ends.map(({ step }) => step.length));
  const lines = ends.map(({ step, state, seconds, reason }) => {
    const time = state === 'skipped' || state === 'cached' ? '' : formatDuration(seconds);
    const why = reason === undefined || state === 'failed' ? '' : reason;
    return `  ${step.padEnd(width)}  ${state.padEnd(9)}  ${time.padEnd(11)}  ${why}`.trimEnd();
  });
  const own = ends.flatMap(({ step, outputs }) =>
    outputs.map(({ title, target }) => ({ title: `${step} ${title}`, target })),
  );
  const outputs = [...own, ...ended.outputs];
  const titles = Math.max(0, ...outputs.map(({ title }) => title.length));
  const figures = ends.flatMap(({ step, facts }) =>
    Object.entries(facts)
      .filter(([, value]) => typeof value === 'object' && value !== null)
      .map(([name, value]) => `  ${step} ${name}\n${JSON.stringify(value, null, 2).replaceAll(/^/gm, '  ')}`),
  );
  const sections = [
    `${started?.pipeline ?? 'the run'} ${ended.state} in ${formatDuration(ended.seconds)}`,
    lines.join('\n'),
    outputs.map(({ title, target }) => `  ${title.padEnd(titles)}  ${target}`).join('\n'),
    ...figures,
    run,
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

/** The last that was said of each step, in the order in which they ended. */
export function endsOf(events: readonly RunEvent[]): StepEnded[] {
  const last = new Map<string, StepEnded>();
  for (const event of events) {
    if (event.type === 'step-started') last.delete(event.step);
    if (event.type === 'step-ended') last.set(event.step, event);
  }
  return [...last.values()];
}

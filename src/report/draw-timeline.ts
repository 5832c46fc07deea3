import { sayDuration } from './figures.ts';
import { type Html, html } from './html.ts';
import { classOf, sign } from './marks.ts';
import type { Story, StoryRun, StoryStep } from './story.ts';

/** Every step with its bars on the run's time, in the order in which they began. */
export function drawTimeline({ steps, run, criticalPath }: Story): Html | undefined {
  if (run === undefined) return undefined;
  const begin = Math.min(run.begin, ...steps.flatMap(({ spans }) => spans.map((span) => span.begin)));
  const length = Math.max(1, run.end - begin);
  const rows = [...steps]
    .toSorted((a, b) => beginOf(a) - beginOf(b))
    .map((step) => row(step, { begin, length }, criticalPath.includes(step.name)));
  return html`<div class="timeline" role="table" aria-label="When each step ran">
    <div class="scale" role="row">
      <span role="columnheader">Step</span><span role="columnheader" class="ticks">${ticks(length)}</span
      ><span role="columnheader" class="number">Took</span>
    </div>
    ${rows}
  </div>`;
}

/** How much of the run the steps of its critical path fill. */
export function sayCriticalPath({ steps, run, criticalPath }: Story): Html | undefined {
  if (run === undefined || criticalPath.length === 0) return undefined;
  const byName = new Map(steps.map((step) => [step.name, step]));
  const parts = criticalPath.map((name) => byName.get(name)!);
  const sum = parts.reduce((total, { seconds }) => total + (seconds ?? 0), 0);
  const share = shareOf(sum, run);
  // A thousand names say less than the first and the last.
  const shown = parts.length <= 12 ? parts : [...parts.slice(0, 6), ...parts.slice(-6)];
  const items = shown.map((step, index) => {
    const gap = parts.length > 12 && index === 6 ? html`<li class="gap">… ${parts.length - 12} more</li>` : undefined;
    return html`${gap}
      <li>
        <a href="#${step.id}" data-step="${step.id}">${step.title}</a>
        <span class="quiet">${sayDuration(step.seconds ?? 0)}</span>
      </li>`;
  });
  return html`<div class="critical-path">
    <h3>Critical path <span class="quiet">${sayDuration(sum)}${share}</span></h3>
    <ol>
      ${items}
    </ol>
  </div>`;
}

function shareOf(seconds: number, { seconds: all }: StoryRun): string {
  return all > 0 ? `, ${Math.min(100, Math.round((seconds / all) * 100))} % of the run` : '';
}

function beginOf({ spans }: StoryStep): number {
  return spans[0]?.begin ?? Infinity;
}

interface Scale {
  readonly begin: number;
  readonly length: number;
}

function row(step: StoryStep, { begin, length }: Scale, isCritical: boolean): Html {
  const { id, title, state = 'waiting', spans, seconds } = step;
  const percent = (milliseconds: number): string => ((milliseconds / length) * 100).toFixed(3);
  const bars = spans.map((span, index) => {
    // A bar of less than a pixel would be none.
    const width = Math.max(0.25, Number(percent(span.end - span.begin)));
    const isLast = index === spans.length - 1;
    return html`<rect
      class="bar ${classOf(isLast ? state : 'failed')}${isCritical ? ' critical' : ''}"
      x="${percent(span.begin - begin)}%"
      y="3"
      width="${width.toFixed(3)}%"
      height="12"
      rx="3"
    />`;
  });
  const when = spans[0] === undefined ? '' : `from ${sayDuration((spans[0].begin - begin) / 1000)}`;
  // Of a run that was killed nobody knows how long its last steps went on.
  const took =
    spans.length === 0 || state === 'running'
      ? state
      : sayDuration(seconds ?? (spans.at(-1)!.end - spans[0]!.begin) / 1000);
  return html`<div class="row ${classOf(state)}" role="row" data-row="${id}">
    <span role="cell" class="name"
      ><a href="#${id}" data-step="${id}" title="${step.name}, ${state}">${sign(state)}<span>${title}</span></a></span
    ><span role="cell" class="bars"
      ><svg width="100%" height="18" role="img" aria-label="${spans.length === 0 ? state : `${when}, for ${took}`}">
        ${bars}
      </svg></span
    ><span role="cell" class="number${spans.length === 0 ? ' quiet' : ''}">${took}</span>
  </div>`;
}

const STEPS = [1, 2, 5];

function ticks(length: number): Html {
  const seconds = length / 1000;
  const rough = seconds / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const every = STEPS.map((step) => step * power).find((step) => step >= rough) ?? 10 * power;
  const marks: Html[] = [];
  for (let count = 0; count * every <= seconds * 0.96 && count < 12; count++) {
    const x = ((count * every) / seconds) * 100;
    marks.push(html`<text x="${x.toFixed(2)}%" y="13">${count === 0 ? '0' : sayDuration(count * every)}</text>`);
  }
  return html`<svg width="100%" height="18" role="img" aria-label="seconds since the start">${marks}</svg>`;
}

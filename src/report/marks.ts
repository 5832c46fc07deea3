import type { StepState } from '../definition/events.ts';
import { type Html, html } from './html.ts';
import type { StoryRun } from './story.ts';

/** A state of a step or a run; nobody has to tell them apart by colour alone. */
export type Mark = StepState | StoryRun['state'];

const SIGNS = {
  succeeded: 'M4.5 8.5l2.3 2.3 4.7-5.2',
  cached: 'M4.6 7.1a3.6 3.6 0 1 1 .1 2.2M4.4 4.6v2.7h2.7',
  failed: 'M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6',
  running: 'M8 4.6V8l2.3 1.6',
  skipped: 'M5 8h6',
  stopped: 'M5.7 5.7h4.6v4.6H5.7z',
  waiting: 'M5.4 8h.01M8 8h.01M10.6 8h.01',
} as const;

const SAME: Partial<Record<Mark, keyof typeof SIGNS>> = { unfinished: 'running', stopping: 'stopped' };

/** The signs of all states, once in a page. */
export function signs(): Html {
  const symbols = Object.entries(SIGNS).map(
    ([state, path]) =>
      html`<symbol id="sign-${state}" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" /><path d="${path}" /></symbol>`,
  );
  return html`<svg width="0" height="0" class="signs" aria-hidden="true">${symbols}</svg>`;
}

/** A state as its sign alone: beside it stands its word, or a title. */
export function sign(state: Mark): Html {
  return html`<svg class="sign ${classOf(state)}" width="16" height="16" aria-hidden="true">
    <use href="#sign-${SAME[state] ?? state}" />
  </svg>`;
}

/** A state as its sign and its word. */
export function badge(state: Mark): Html {
  return html`<span class="badge ${classOf(state)}">${sign(state)}${state}</span>`;
}

/** What a state is called in the style sheet. */
export function classOf(state: Mark): string {
  return `is-${SAME[state] ?? state}`;
}

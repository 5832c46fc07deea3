import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sayCount } from '../definition/count.ts';
import type { Json, ParameterValue, PipelineDocument } from '../definition/document.ts';
import type { RunEvent } from '../definition/events.ts';
import { MASK, hideSecrets, isSecret } from '../definition/secrets.ts';
import { drawGraph } from './draw-graph.ts';
import { drawLineage } from './draw-lineage.ts';
import { drawMetrics } from './draw-metrics.ts';
import { drawResults } from './draw-results.ts';
import { drawTable } from './draw-table.ts';
import { drawTimeline, sayCriticalPath } from './draw-timeline.ts';
import { sayDuration, sayTime } from './figures.ts';
import { maskDefaults, maskNamed, secretsIn } from './hide-secrets.ts';
import { type Html, html } from './html.ts';
import { lineageOf } from './lineage.ts';
import { badge, classOf, sign, signs } from './marks.ts';
import type { StepFiles } from './read-run-folder.ts';
import { showJson } from './show-json.ts';
import { shortReason, showDiagnostic, stepDetails } from './step-details.ts';
import { type Story, type StoryStep, tellStory } from './story.ts';

/** What a page is made of: a document, and when there was a run what it said and left. */
export interface ReportRequest {
  /** What the pipeline is called. */
  readonly name: string;
  readonly document: PipelineDocument;
  readonly events?: readonly RunEvent[];
  /** By the names of the steps. */
  readonly files?: ReadonlyMap<string, StepFiles>;
}

const STYLE = readFileSync(new URL('./page/page.css', import.meta.url), 'utf8');
const SCRIPT = readFileSync(new URL('./page/page.js', import.meta.url), 'utf8');

/**
 * A document and its run as one HTML file that needs nothing beside it and runs nothing but its own script.
 *
 * @example renderReport({ name: 'batch-inference', document })
 */
export function renderReport({ name, document: given, events = [], files = new Map() }: ReportRequest): string {
  const started = events.find((event) => event.type === 'run-started');
  const secrets = secretsIn(given, started?.parameters ?? {}, files);
  const document = hideSecrets(maskDefaults(given), secrets);
  const story = tellStory(document, hideSecrets(events, secrets));
  const found: ReadonlyMap<string, StepFiles> = new Map(hideSecrets([...files], secrets));
  const artefacts = lineageOf(story, found);
  const sections: Section[] = [
    { id: 'results', title: 'Results', body: drawResults(story, artefacts, found) },
    { id: 'graph', title: 'Graph', body: graph(story) },
    { id: 'timeline', title: story.run === undefined ? 'Steps' : 'Timeline', body: timeline(story) },
    { id: 'metrics', title: 'Metrics', body: drawMetrics(story, found) },
    { id: 'lineage', title: 'Lineage', body: drawLineage(story, artefacts) },
    { id: 'parameters', title: 'Parameters', body: parameters(story, document) },
    { id: 'messages', title: 'Messages', body: messages(story) },
    { id: 'definition', title: 'Definition', body: definition(document) },
  ];
  const shown = sections.filter(({ body }) => body !== undefined);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${story.run === undefined ? name : `${name} ${story.run.state}`}</title>
<style>${{ html: STYLE }}</style>
</head>
<body${story.steps.length > 60 ? html` class="many"` : ''}>
<a class="skip" href="#details">Skip to the steps</a>
${signs()}
${header(name, story)}
<nav aria-label="Parts of this page"><ul>${shown.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<div class="columns">
<main>
${overview(story)}
${shown.map(
  ({ id, title, body }) =>
    html`<section id="${id}" aria-labelledby="${id}-heading">
      <h2 id="${id}-heading">${title}</h2>
      ${body}
    </section>`,
)}
</main>
<aside id="details" aria-label="Steps" tabindex="-1"><h2 class="on-paper">Steps</h2>${stepDetails(story, found)}${story.steps.length === 0 && html`<p>This pipeline has no steps.</p>`}</aside>
</div>
${shortcuts()}
<script>${{ html: SCRIPT }}</script>
</body>
</html>
`;
  return page.html;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html | undefined;
}

/** Nothing is loaded and nothing runs but what stands in this file, by its hash. */
function policy(): string {
  const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${hashOf(SCRIPT)}`,
    `style-src ${hashOf(STYLE)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function header(name: string, { run, steps }: Story): Html {
  const facts =
    run === undefined
      ? html`<p class="facts">A definition of ${sayCount(steps.length, 'step')}; it was not run.</p>`
      : html`<p class="facts">
          ${badge(run.state)} <span>${sayDuration(run.seconds)}</span>
          <time datetime="${run.started}">${sayTime(run.started)}</time>
          <span>on ${run.target === 'local' ? 'this machine' : run.target}</span> <span class="data">${run.run}</span>
        </p>`;
  return html`<header class="top">
    <div>
      <p class="eyebrow">${run === undefined ? 'Pipeline' : 'Pipeline run'}</p>
      <h1>${name}</h1>
      ${facts}
    </div>
    <div class="tools" role="search">
      <label for="search">Find a step</label
      ><input
        id="search"
        type="search"
        placeholder="Find a step, a value, a line of a log"
        autocomplete="off"
        spellcheck="false"
        aria-describedby="found"
      /><span id="found" role="status"></span>
      <button type="button" id="theme" aria-label="Switch between light and dark" title="Light or dark (t)">
        <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
          <circle cx="9" cy="9" r="6.5" />
          <path d="M9 2.5a6.5 6.5 0 0 1 0 13z" />
        </svg>
      </button>
      <button type="button" id="help" aria-haspopup="dialog" title="Keys (?)" aria-label="Keys">?</button>
    </div>
  </header>`;
}

function overview({ steps, run }: Story): Html | undefined {
  if (run === undefined) return undefined;
  const counts = new Map<NonNullable<StoryStep['state']>, number>();
  for (const { state = 'waiting' } of steps) counts.set(state, (counts.get(state) ?? 0) + 1);
  const order = ['failed', 'running', 'succeeded', 'cached', 'stopped', 'skipped', 'waiting'] as const;
  const chips = order.flatMap((state) => {
    const count = counts.get(state);
    if (count === undefined) return [];
    return html`<button
      type="button"
      class="count ${classOf(state)}"
      data-state="${classOf(state)}"
      aria-pressed="false"
    >
      ${sign(state)}<strong>${count}</strong> ${state}
    </button>`;
  });
  const failed = steps.filter(({ state }) => state === 'failed');
  const first = failed[0];
  const cause =
    first === undefined
      ? undefined
      : html`<div class="failure">
          <h2>${sign('failed')}<a href="#${first.id}" data-step="${first.id}">${first.title}</a> failed</h2>
          <p>${shortReason(first)}</p>
          ${first.tail.length > 0 && html`<pre class="log" tabindex="0">${first.tail.join('\n')}</pre>`}
        </div>`;
  const reason =
    first === undefined && run.reason !== undefined ? html`<p class="reason">${run.reason}</p>` : undefined;
  const unfinished =
    run.state === 'unfinished' &&
    html`<p class="reason">This run had not ended when the page was made: it still runs, or it was killed.</p>`;
  return html`<div class="overview">
    <div class="counts" role="group" aria-label="Steps by their state">${chips}</div>
    ${unfinished}${cause}${reason}
  </div>`;
}

function graph(story: Story): Html {
  const controls = html`<div class="zoom" role="group" aria-label="Size of the drawing">
    <button type="button" data-zoom="out" aria-label="Smaller" title="Smaller (-)">−</button
    ><button type="button" data-zoom="fit" title="The whole graph (0)">Fit</button
    ><button type="button" data-zoom="in" aria-label="Larger" title="Larger (+)">+</button>
  </div>`;
  const isRun = story.criticalPath.length > 1;
  const legend = html`<p class="legend quiet">
    ${isRun && html`<span class="key critical"></span>critical path `}<span class="key"></span>reads
    ${story.edges.some(({ kind }) => kind === 'dependsOn') && html`<span class="key dashed"></span>depends on`}
  </p>`;
  return html`${controls}
    <div class="canvas" id="canvas" tabindex="0" role="region" aria-label="Graph of the pipeline">
      ${drawGraph(story)}
    </div>
    ${legend}`;
}

function timeline(story: Story): Html | undefined {
  const bars = drawTimeline(story);
  if (bars !== undefined) return html`${sayCriticalPath(story)}${bars}`;
  const rows = story.steps.map(
    ({ id, title, type, needs }) =>
      html`<tr data-row="${id}">
        <td><a href="#${id}" data-step="${id}">${title}</a></td>
        <td>${type}</td>
        <td class="quiet">${sayCount(needs.length, 'step')}</td>
      </tr>`,
  );
  return drawTable('The steps in the order in which they can start', ['Step', 'Type', 'Waits for'], rows);
}

function parameters({ run }: Story, document: PipelineDocument): Html | undefined {
  const declared = new Map((document.Parameters ?? []).map((each) => [each.Name, each]));
  const names = [...new Set([...declared.keys(), ...Object.keys(run?.parameters ?? {})])];
  if (names.length === 0) return undefined;
  const rows = names.map((name) => {
    const { Type: type = 'String', DefaultValue: fallback } = declared.get(name) ?? {};
    const value = run?.parameters[name];
    const own = run === undefined ? undefined : html`<td class="data">${sayParameter(name, value ?? fallback)}</td>`;
    return html`<tr>
      <th scope="row">${name}</th>
      ${own}
      <td class="data quiet">${sayParameter(name, fallback)}</td>
      <td class="quiet">${type}</td>
    </tr>`;
  });
  const columns = ['Name', ...(run === undefined ? [] : ['Value']), 'Default', 'Type'];
  return drawTable('Table of the parameters', columns, rows);
}

function sayParameter(name: string, value: ParameterValue | undefined): string {
  if (value === undefined || value === null) return '–';
  return isSecret(name, value) ? MASK : String(value);
}

function messages({ run }: Story): Html | undefined {
  if (run === undefined || run.diagnostics.length + run.progress.length === 0) return undefined;
  const said = run.progress.slice(-200).map((message) => html`<li>${message}</li>`);
  return html`${run.diagnostics.map(showDiagnostic)}${
    said.length > 0 &&
    html`<ul class="progress">
      ${said}
    </ul>`
  }`;
}

function definition(document: PipelineDocument): Html {
  const shown = maskNamed(document as unknown as Json);
  return html`<details>
    <summary>The whole document</summary>
    ${showJson(shown)}
  </details>`;
}

function shortcuts(): Html {
  const keys = [
    ['/', 'find a step'],
    ['j k', 'next and previous step'],
    ['← →', 'from a step of the graph to the one before or behind it'],
    ['↑ ↓', 'to the step above or below it'],
    ['f', 'next step that failed'],
    ['+ − 0', 'size of the graph'],
    ['t', 'light or dark'],
    ['Esc', 'clear the search'],
  ] as const;
  return html`<dialog id="keys" aria-labelledby="keys-title">
    <h2 id="keys-title">Keys</h2>
    <dl>
      ${keys.map(
        ([key, what]) =>
          html`<dt><kbd>${key}</kbd></dt>
            <dd>${what}</dd>`,
      )}
    </dl>
    <form method="dialog"><button>Close</button></form>
  </dialog>`;
}

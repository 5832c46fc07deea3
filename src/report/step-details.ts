import { sayCount } from '../definition/count.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import type { Json } from '../definition/document.ts';
import { isObject } from '../definition/expression.ts';
import { branchOf } from '../definition/walk.ts';
import { comparisonsOf, sayComparison } from './decisions.ts';
import { sayFiles } from './draw-results.ts';
import { sayBytes, sayDuration, sayNumber } from './figures.ts';
import { maskNamed } from './hide-secrets.ts';
import { type Html, html } from './html.ts';
import { badge, sign } from './marks.ts';
import type { Preview } from './preview.ts';
import type { LogTail, OutputFiles, StepFiles } from './read-run-folder.ts';
import { showJson } from './show-json.ts';
import { OUTPUTS, type Story, type StoryStep } from './story.ts';

/** Everything about each step: the page shows one at a time, paper shows all. */
export function stepDetails({ steps }: Story, files: ReadonlyMap<string, StepFiles>): Html[] {
  const byName = new Map(steps.map((step) => [step.name, step]));
  return steps.map((step) => article(step, byName, files.get(step.name)));
}

function article(step: StoryStep, byName: ReadonlyMap<string, StoryStep>, files: StepFiles | undefined): Html {
  const { id, title, name, type, state, seconds, job, reason, spans } = step;
  const { Description: description } = step.document;
  const facts = [
    seconds !== undefined &&
      spans.length > 0 &&
      html`<dt>Took</dt>
        <dd>${sayDuration(seconds)}</dd>`,
    spans.length > 1 &&
      html`<dt>Attempts</dt>
        <dd>${spans.length}</dd>`,
    title !== name &&
      html`<dt>Name</dt>
        <dd class="data">${name}</dd>`,
    job !== undefined &&
      html`<dt>Job</dt>
        <dd class="data">${job}</dd>`,
    ...Object.entries(step.facts).map(
      ([key, value]) =>
        html`<dt>${key}</dt>
          <dd class="data">${sayValue(value)}</dd>`,
    ),
    neighbours('Waits for', step.needs, byName),
    neighbours('Needed by', step.readers, byName),
  ];
  return html`<article class="step" id="${id}" aria-labelledby="${id}-title" tabindex="-1">
    <header>
      <p class="eyebrow">${type}</p>
      <h3 id="${id}-title">${title}</h3>
      ${state !== undefined && badge(state)}
    </header>
    ${typeof description === 'string' && html`<p>${description}</p>`}
    ${reason !== undefined && html`<p class="reason ${state === 'failed' ? 'bad' : ''}">${shortReason(step)}</p>`}
    ${step.diagnostics.map(showDiagnostic)} ${decision(step, files)}
    <dl>${facts}</dl>
    ${outputs(step, files?.outputs ?? [])} ${logs(step, files?.logs ?? [])} ${argumentsOf(step, files?.arguments)}
  </article>`;
}

/** Of a reason that stands in the log below it in full, the first line. */
export function shortReason({ reason = 'It did not say why.', tail }: StoryStep): string {
  const [head = '', ...rest] = reason.split('\n');
  return rest.every((line) => tail.includes(line)) ? head : reason;
}

/** What a Condition step compared: the reason why its branch was taken. */
function decision(step: StoryStep, files: StepFiles | undefined): Html | undefined {
  const comparisons = comparisonsOf(step, files);
  if (comparisons.length === 0) return undefined;
  const { outcome } = step.facts;
  const taken = typeof outcome === 'boolean' ? html` <strong>→ ${outcome ? 'yes' : 'no'}</strong>` : undefined;
  return html`<ul class="comparisons">
      ${comparisons.map((comparison) => html`<li>${sayComparison(comparison)}</li>`)}
    </ul>
    ${taken !== undefined && html`<p>Decided${taken}</p>`}`;
}

function neighbours(title: string, names: readonly string[], byName: ReadonlyMap<string, StoryStep>): Html | undefined {
  if (names.length === 0) return undefined;
  const links = names.slice(0, 40).map((name) => {
    const step = byName.get(name);
    if (step === undefined) return html`<span class="data">${name}</span> `;
    return html`<a class="chip" href="#${step.id}" data-step="${step.id}"
      >${step.state !== undefined && sign(step.state)}${step.title}</a
    > `;
  });
  const rest = names.length > 40 ? html`<span class="quiet">and ${names.length - 40} more</span>` : undefined;
  return html`<dt>${title}</dt>
    <dd>${links}${rest}</dd>`;
}

function outputs(step: StoryStep, files: readonly OutputFiles[]): Html | undefined {
  if (step.outputs.length === 0) return undefined;
  const left = step.outputs.length - OUTPUTS;
  return html`<section class="outputs">
    <h4>Outputs</h4>
    ${step.outputs.slice(0, OUTPUTS).map(({ title, target }) => {
      const found = files.find((each) => each.target === target);
      return html`<h5>${title} <span class="quiet">${found !== undefined && sayFiles(found)}</span></h5>
        <p class="data place">${target}</p>
        ${found?.previews.map((preview) => showPreview(title, preview))}`;
    })}
    ${left > 0 && html`<p class="quiet">and ${sayCount(left, 'output')} more</p>`}
  </section>`;
}

function showPreview(title: string, { name, size, rows, columns, lines, isCut }: Preview): Html {
  const caption = html`<span class="data">${name}</span>
    <span class="quiet"
      >${sayBytes(size)}${isCut ? `, first ${sayCount((rows ?? lines ?? []).length, 'line')}` : ''}</span
    >`;
  if (rows !== undefined) {
    const body = rows.map((row, index) => {
      return html`<tr>
        <th scope="row">${index + 1}</th>
        ${row.map((cell) => html`<td>${cell}</td>`)}
      </tr>`;
    });
    const titles = columns?.map((column) => html`<th scope="col">${column}</th>`);
    const head =
      titles &&
      html`<thead>
        <tr>
          <td></td>
          ${titles}
        </tr>
      </thead>`;
    return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}: ${name}">
      <table class="preview">
        <caption>
          ${caption}
        </caption>
        ${head}
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>`;
  }
  if (lines === undefined) return html`<p class="file">${caption}</p>`;
  return html`<figure class="file">
    <figcaption>${caption}</figcaption>
    <pre tabindex="0">${lines.join('\n')}</pre>
  </figure>`;
}

function logs(step: StoryStep, tails: readonly LogTail[]): Html | undefined {
  // A run elsewhere has no files here; the end of the log is in what it said of the failure.
  const shown = tails.length > 0 || step.tail.length === 0 ? tails : [{ stream: 'log', lines: step.tail, isCut: true }];
  if (shown.length === 0) return undefined;
  const open = step.state === 'failed' ? html` open` : '';
  return html`<section class="logs">
    <h4>Log</h4>
    ${shown.map(({ stream, lines, isCut }) => {
      const said = isCut ? `last ${sayCount(lines.length, 'line')}` : sayCount(lines.length, 'line');
      return html`<details${open}><summary>${stream} <span class="quiet">${said}</span></summary><pre class="log" tabindex="0">${lines.map(withoutColours).join('\n')}</pre></details>`;
    })}
  </section>`;
}

/** What a terminal reads as colours is noise on a page. */
function withoutColours(line: string): string {
  // oxlint-disable-next-line no-control-regex
  const bare = line.replaceAll(/\u001B(?:\[[0-9;?]*[A-Za-z]|\][^\u0007]*\u0007)/g, '').replace(/^.*\r(?=.)/s, '');
  return bare.length > 2000 ? `${bare.slice(0, 2000)}…` : bare;
}

function argumentsOf(step: StoryStep, given: Json | undefined): Html {
  const shown = maskNamed(given ?? declared(step));
  const title = given === undefined ? 'Arguments, as declared' : 'Arguments, resolved';
  return html`<section class="arguments">
    <h4>${title}</h4>
    ${showJson(shown)}
  </section>`;
}

/** Of a Condition its branches by name: their steps are on the page themselves. */
function declared({ document }: StoryStep): Json {
  const given = isObject(document.Arguments) ? document.Arguments : {};
  if (document.Type !== 'Condition') return given;
  const names = (branch: 'IfSteps' | 'ElseSteps'): Json => branchOf(document, branch).map(({ Name }) => Name);
  return { ...given, IfSteps: names('IfSteps'), ElseSteps: names('ElseSteps') };
}

function sayValue(value: Json): string {
  if (typeof value === 'number') return sayNumber(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A fault or a note of a check or a runner. */
export function showDiagnostic({ severity, code, message, detail, fix, path }: Diagnostic): Html {
  return html`<div class="diagnostic ${severity}">
    <p><strong>${severity}</strong> <code>${code}</code> ${message}</p>
    ${path !== undefined && html`<p class="data quiet">${path}</p>`}${detail !== undefined && html`<p>${detail}</p>`}${fix !== undefined && html`<p>Fix: ${fix}</p>`}
  </div>`;
}

import { type Html, html } from './html.ts';

/** The head of a column: its title, or the cell itself. */
type Column = string | Html;

/** Rows under their titles, which scroll by themselves where the page has no room; `label` names them for who cannot see. */
export function drawTable(label: string, columns: readonly Column[], rows: readonly Html[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table>
      <thead>
        <tr>
          ${columns.map((column) => (typeof column === 'string' ? html`<th scope="col">${column}</th>` : column))}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** The head of a column of numbers. */
export function numberColumn(title: string): Html {
  return html`<th scope="col" class="number">${title}</th>`;
}

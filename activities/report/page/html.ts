import { html } from 'htm/preact';
import type { VNode } from 'preact';

/**
 * Makes a part of the page. preact escapes every value, so that markup and scripts in corpora are shown as
 * text. `raw` is for the style, script and charts of this folder.
 */
export { html };

/** A part of the page; `null` where there is nothing to show. */
export type Part = VNode | null;

/** An element with unescaped content. */
export function raw(tag: 'style' | 'script' | 'div', content: string): Part {
  return html`<${tag} dangerouslySetInnerHTML=${{ __html: content }} />`;
}

/** A table; on small screens a list of its rows. `align` has one letter per column: l, or n for numbers. */
export function table(
  head: readonly unknown[],
  align: string,
  rows: readonly (readonly unknown[])[],
  total?: readonly unknown[],
): Part {
  const kind = (index: number): string => (align[index] === 'n' ? 'n' : '');
  const cells = (row: readonly unknown[]): unknown =>
    row.map((cell, index) =>
      index === 0
        ? html`<th scope="row">${cell}</th>`
        : html`<td class=${kind(index)} data-column=${head[index]}><div>${cell}</div></td>`,
    );
  return html`<div class="wide">
    <table class=${head.length > fewColumns ? 'many' : ''}>
      <thead>
        <tr>
          ${head.map((cell, index) => html`<th scope="col" class=${kind(index)}>${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${cells(row)}
            </tr>`,
        )}
        ${
          total === undefined
            ? null
            : html`<tr class="total">
                ${cells(total)}
              </tr>`
        }
      </tbody>
    </table>
  </div>`;
}

/** A table with more columns is a list of its rows on a screen narrower than a laptop's. */
const fewColumns = 7;

/** A part of a {@link bar}. */
export interface Stretch {
  readonly name: string;
  readonly value: number;
  readonly color: string;
}

/** A bar of proportional parts. Its numbers are in a table. */
export function bar(stretches: readonly Stretch[]): Part {
  return html`<div class="bar">
    ${stretches
      .filter(({ value }) => value > 0)
      .map(
        ({ name, value, color }) =>
          html`<i style=${`flex:${value} 1 0;background:${color}`} title=${`${name}: ${value}`}></i>`,
      )}
  </div>`;
}

/** The names of a bar's parts, with their colours. */
export function legend(entries: readonly Pick<Stretch, 'name' | 'color'>[]): Part {
  return html`<ul class="legend">
    ${entries.map(({ name, color }) => html`<li><i style=${`background:${color}`}></i>${name}</li>`)}
  </ul>`;
}

import type { CompositionRow } from '../../../../core/contracts/mix.js';
import type { Reject } from '../../read/read-run.js';
import { clip, count } from '../format.js';
import { html, table, type Part } from '../html.js';

/** Rejected conversations: counts by reason, and the first of each reason. */
export function rejectsSection(
  sources: readonly Pick<CompositionRow, 'name' | 'rejectedBy' | 'rejected'>[],
  rejects: readonly Reject[],
): Part {
  const rows = sources.flatMap(({ name, rejectedBy }) =>
    Object.entries(rejectedBy).map(([reason, number]) => [name, html`<code>${reason}</code>`, count(number)]),
  );
  if (rows.length === 0 && rejects.length === 0) return null;
  return html`<section>
    <h2>Rejects</h2>
    ${table(['source', 'reason', 'conversations'], 'lln', rows)}
    ${rejects.length === 0 ? null : html`<h3>Examples, from rejects.jsonl</h3>`}
    <ul>
      ${rejects.map(
        ({ reason, ...where }) =>
          html`<li>
            <code>${reason}</code> ${Object.entries(where).map(
              ([key, value]) =>
                html`<span class="soft"> · ${key} </span
                  >${clip(typeof value === 'string' ? value : JSON.stringify(value), 300)}`,
            )}
          </li>`,
      )}
    </ul>
  </section>`;
}

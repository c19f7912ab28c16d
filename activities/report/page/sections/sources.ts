import type { WriteReportInput } from '../../../../core/contracts/report.js';
import { groupNotes } from '../../../../core/mix/composition-notes.js';
import { count, size } from '../format.js';
import { html, table, type Part } from '../html.js';
import { findingItems, unreadTable, withCode } from './findings.js';

/** Where the rows came from: files, pinned commits, formats, notes. */
export function sourcesSection(sources: WriteReportInput['sources']): Part {
  if (sources.length === 0) return null;
  return html`<section>
    <h2>Sources</h2>
    ${table(
      ['source', 'from', 'files', 'size', 'format'],
      'llnnl',
      sources.map(({ resolution, summary }) => [
        summary.name,
        resolution.kind === 'hub'
          ? html`${resolution.dataset}<br /><code>${resolution.commitSha}</code>`
          : 'local files',
        count(summary.files),
        size(summary.bytes),
        html`<code>${summary.format}</code><span class="soft">${summary.formatReason}</span>`,
      ]),
    )}
    ${sources.map(({ resolution, summary }) => {
      const notes = [...resolution.notes, ...groupNotes(summary), ...findingItems(summary)];
      const unread = unreadTable(summary);
      return notes.length === 0 && unread === null
        ? null
        : html`<p><b>${summary.name}</b></p>
            ${unread}
            ${
              notes.length === 0
                ? null
                : html`<ul>
                    ${notes.map((note) => html`<li>${withCode(note)}</li>`)}
                  </ul>`
            }`;
    })}
  </section>`;
}

import type { WriteReportInput } from '../../../../core/contracts/report.js';
import { formatSeconds } from '../../../../core/format.js';
import { clip, count, moment } from '../format.js';
import { html, table, type Part } from '../html.js';

/** Time by stage. Sources run side by side, so that their stages overlap. */
export function timingsSection({ standing }: WriteReportInput): Part {
  if (standing.times.length === 0) return null;
  const { at, times, notes } = standing;
  const begin = Math.min(...times.map(({ first }) => first));
  const ended = times.every(({ since }) => since === null);
  const end = ended ? Math.max(...times.map(({ first, ms }) => first + ms)) : at;
  return html`<section>
    <h2>Timings</h2>
    ${table(
      ['stage', 'begun', 'took', 'stays'],
      'llnn',
      times.map(({ stage, first, ms, stays, since }) => [
        stage,
        moment(first),
        `${formatSeconds((ms + (since === null ? 0 : at - since)) / 1000)}${since === null || stage === 'report' ? '' : ' so far'}`,
        count(stays),
      ]),
      ['all', moment(begin), formatSeconds((end - begin) / 1000), ''],
    )}
    ${
      notes.length === 0
        ? null
        : html`<h3>Notes of the run</h3>
            <ul>
              ${notes.map((note) => html`<li>${clip(note, 500)}</li>`)}
            </ul>`
    }
  </section>`;
}

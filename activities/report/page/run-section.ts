import type { RunStanding, WriteReportInput } from '../../../core/contracts/report.js';
import { formatSeconds } from '../../../core/format.js';
import { clip, count, moment } from './format.js';
import { html, type Part, table } from './html.js';

/** How the run stands: under way, what it waits for, how it ended. Nothing for one that is simply done. */
export function standingBanner({ standing, recipe }: WriteReportInput): Part {
  const { status, stage, waitingFor, skippedSources, failure } = standing;
  const skipped =
    skippedSources.length === 0
      ? null
      : html`<div class="banner">
          <strong>Without ${skippedSources.join(', ')}</strong> Skipped by a person.
        </div>`;
  if (status === 'done') return skipped;
  return html`${skipped}
    <div class=${status === 'running' && waitingFor.length === 0 ? 'banner calm' : 'banner'}>
      <strong>${headline(standing)}</strong>
      ${
        status === 'running'
          ? html`Stage ${stage}, on ${moment(standing.at)}. ${' '}<code
                >npx headrace watch ${recipe.name}</code
              >${' '} follows it, <code>npx headrace report ${recipe.name}</code> writes this page again.`
          : html`It was in the stage ${stage}. ${' '}<code>npx headrace start</code> with the same recipe goes
              on from its finished pieces and checkpoints.`
      }
      ${failure === undefined ? null : html`<p>${clip(failure, 1000)}</p>`}
      ${
        status === 'running' && waitingFor.length > 0
          ? html`<ul>
              ${waitingFor.map(
                ({ what, type, message, remedy }) =>
                  html`<li><b>${what}</b>: ${type}: ${clip(message, 1000)} ${remedy}</li>`,
              )}
            </ul>`
          : null
      }
    </div>`;
}

function headline({ status, waitingFor }: RunStanding): string {
  if (status === 'cancelled') return 'This run was cancelled';
  if (status === 'failed') return 'This run failed';
  return waitingFor.length > 0 ? 'This run waits for a person' : 'This run is under way';
}

/** Where the hours went. Sources go side by side, so that stages of different sources lie over one another. */
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

import type { RunStanding, WriteReportInput } from '../../../core/contracts/report.js';
import type { RunFiles } from '../read/read-run.js';
import { clip, moment } from './format.js';
import { html, type Part } from './html.js';

/** The state of the run: under way, waiting, cancelled or failed. `null` for a run that is done. */
export function standingBanner({ standing, recipe }: WriteReportInput): Part {
  const { status, stage, waitingFor, skippedSources, failure } = standing;
  const skipped =
    skippedSources.length === 0
      ? null
      : html`<div class="banner">
          <strong>Without ${skippedSources.join(', ')}</strong> Skipped on request.
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
          : html`It was in the stage ${stage}. ${' '}<code>npx headrace start</code> with the same recipe
              continues from its finished pieces and checkpoints.`
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
  return waitingFor.length > 0 ? 'This run waits for a decision' : 'This run is under way';
}

/** A banner where the training used a development server. */
export function developmentBanner({ training }: WriteReportInput): Part {
  if (training?.developmentServer !== true) return null;
  return html`<div class="banner">
    <strong>Trained on a development server</strong>
    The weights are those of a small model on ${training.server}. They show that the run works, not the result
    of a hosted model.
  </div>`;
}

/** A list of the files that could not be read. */
export function problemsBanner({ problems }: RunFiles): Part {
  if (problems.length === 0) return null;
  return html`<div class="banner">
    <strong>Parts of this report are missing</strong>
    <ul>
      ${problems.map((problem) => html`<li>${problem}</li>`)}
    </ul>
  </div>`;
}

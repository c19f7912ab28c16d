import type { CheckpointLine } from '../../../../core/training/checkpoint-line.js';
import { count } from '../format.js';
import { html, type Part } from '../html.js';

/** Labels of the checkpoints, and their paths to copy. */
export function checkpointsSection(checkpoints: readonly CheckpointLine[]): Part {
  if (checkpoints.length === 0) return null;
  return html`<section>
    <h2>Checkpoints</h2>
    <p class="soft">
      Sampler weights answer prompts; state carries the optimizer and continues the training.
    </p>
    ${checkpoints.map(
      ({ label, step, epoch, final, sampler_path, state_path }) =>
        html`<div class="checkpoint">
          <b>${label}</b>${' '}
          <span class="soft"
            >step ${count(step)}, epoch ${count(epoch)}${final === true ? ', final' : ''}</span
          >
          ${path('sampler weights', sampler_path)} ${path('state', state_path)}
        </div>`,
    )}
  </section>`;
}

function path(name: string, value: string): Part {
  return html`<div class="path">
    <span>${name}</span><code>${value}</code><button type="button" data-copy=${value}>copy</button>
  </div>`;
}

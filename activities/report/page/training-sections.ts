import type { TrainingPlan } from '../../../core/contracts/training.js';
import type { StepMetrics } from '../../../core/training/step-metrics.js';
import { colorOf, heldoutChart, learningRateChart, lossChart } from './charts.js';
import type { HeldoutLoss } from '../../../core/contracts/evaluation.js';
import { formatLoss } from '../../../core/format.js';
import { clip, count, plural } from './format.js';
import { html, legend, type Part, raw, table } from './html.js';
import type { CheckpointLine } from '../../../core/training/checkpoint-line.js';
import { heldoutLossesOf, heldoutLossOf, type SampleLine } from '../../../core/training/sample-line.js';

/** Loss, learning rate and held-out loss as curves, and the held-out numbers. */
export function trainingSection(
  training: TrainingPlan | null,
  metrics: readonly StepMetrics[],
  samples: readonly SampleLine[],
): Part {
  const sources = [
    ...new Set(samples.flatMap(({ heldout_nll_by_source }) => Object.keys(heldout_nll_by_source))),
  ];
  const last = metrics.at(-1);
  if (training === null && last === undefined && samples.length === 0) return null;
  return html`<section>
    <h2>Training</h2>
    ${
      training === null
        ? null
        : html`<p>
            ${count(metrics.length)} of ${plural(training.totalSteps, 'step')}, learning rate
            ${' '}${training.learningRate}, on <code>${training.server}</code>.
            ${' '}${last === undefined ? null : `Loss ${formatLoss(metrics[0]?.train_mean_nll ?? last.train_mean_nll)} at the first step, ${formatLoss(last.train_mean_nll)} at step ${count(last.step)}.`}
          </p>`
    }
    <div class="charts">
      ${metrics.length < 2 ? null : chart('Training loss', lossChart(metrics))}
      ${samples.length < 2 || sources.length === 0 ? null : chart('Held-out loss', heldoutChart(samples, sources), heldoutLegend(sources))}
      ${metrics.length < 2 ? null : chart('Learning rate', learningRateChart(metrics))}
    </div>
    ${heldoutTable(samples, sources)}
  </section>`;
}

function chart(title: string, svg: string, below: Part = null): Part {
  return html`<figure>
    <figcaption>${title}</figcaption>
    ${raw('div', svg)} ${below}
  </figure>`;
}

function heldoutLegend(sources: readonly string[]): Part {
  return legend([
    { name: 'all', color: 'currentColor' },
    ...sources.map((name, index) => ({ name, color: colorOf(index) })),
  ]);
}

function heldoutTable(samples: readonly SampleLine[], sources: readonly string[]): Part {
  const measured = samples.filter((sample) => heldoutLossOf(sample) !== null);
  if (measured.length === 0) return null;
  return html`<h3>Held-out loss, nats a trained token</h3>
    ${table(
      ['weights', 'step', 'conversations', 'all', ...sources],
      `lnnn${'n'.repeat(sources.length)}`,
      measured.map((sample) => {
        const bySource = heldoutLossesOf(sample);
        return [
          sample.label,
          count(sample.step),
          count(sample.heldout_rows),
          lossText(heldoutLossOf(sample)),
          ...sources.map((source) => lossText(bySource[source])),
        ];
      }),
    )}`;
}

function lossText(loss: HeldoutLoss | null | undefined): string {
  return loss == null ? '' : formatLoss(loss);
}

/** Labels and paths, to copy. */
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

/** Answers stand side by side for at most this many evaluations. */
const columns = 4;

/** The fixed prompts: what the base model says, and what checkpoints say. */
export function answersSection(samples: readonly SampleLine[]): Part {
  const answered = samples.filter(({ answers }) => answers.length > 0);
  const shown = spread(answered, columns);
  const prompts = [...new Set(shown.flatMap(({ answers }) => answers.map(({ prompt }) => prompt)))];
  if (prompts.length === 0) return null;
  return html`<section>
    <h2>Answers side by side</h2>
    ${
      shown.length === answered.length
        ? null
        : html`<p class="soft">
            ${count(shown.length)} of ${count(answered.length)} evaluations; samples.jsonl has them all.
          </p>`
    }
    ${prompts.map(
      (prompt) =>
        html`<h3>${prompt}</h3>
          <div class="answers">
            ${shown.map(({ label, answers }) => {
              const found = answers.find((answer) => answer.prompt === prompt);
              return found === undefined
                ? null
                : html`<div class="answer">
                    <h4>${label}</h4>
                    <div>${clip(found.answer, 2000)}</div>
                    ${found.stopReason === 'length' ? html`<span class="soft">(reached the length limit)</span>` : null}
                  </div>`;
            })}
          </div>`,
    )}
  </section>`;
}

/** At most `limit` members, evenly spread, the first and the last among them. */
export function spread<T>(list: readonly T[], limit: number): readonly T[] {
  if (list.length <= limit) return list;
  const positions = Array.from({ length: limit }, (_, index) =>
    Math.round((index * (list.length - 1)) / (limit - 1)),
  );
  return list.filter((_, index) => positions.includes(index));
}

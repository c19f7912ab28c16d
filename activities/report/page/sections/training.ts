import type { HeldoutLoss } from '../../../../core/contracts/evaluation.js';
import type { TrainingPlan } from '../../../../core/contracts/training.js';
import { formatLoss } from '../../../../core/format.js';
import { heldoutLossOf, heldoutLossesOf, type SampleLine } from '../../../../core/training/sample-line.js';
import type { StepMetrics } from '../../../../core/training/step-metrics.js';
import { colorOf, heldoutChart, learningRateChart, lossChart } from '../charts.js';
import { count, plural } from '../format.js';
import { html, legend, raw, table, type Part } from '../html.js';

/** Curves of loss, learning rate and held-out loss, and a table of the held-out losses. */
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

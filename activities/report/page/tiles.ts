import type { WriteReportInput } from '../../../core/contracts/report.js';
import { formatLoss } from '../../../core/format.js';
import { heldoutLossOf } from '../../../core/training/sample-line.js';
import type { RunFiles } from '../read/read-run.js';
import { count, plural } from './format.js';
import { html, type Part } from './html.js';

/** The few numbers that summarise a run. */
export function tiles({ mix, tokens, training, sources }: WriteReportInput, run: RunFiles): Part {
  const last = run.metrics.at(-1);
  const losses = run.samples.map(heldoutLossOf).filter((loss) => loss !== null);
  const [first, final] = [losses[0], losses.at(-1)];
  const entries: (readonly [value: string, name: string])[] = [];
  if (mix === null)
    entries.push([
      count(sources.reduce((sum, { summary }) => sum + summary.converted, 0)),
      'conversations converted',
    ]);
  else {
    entries.push([count(mix.composition.trainLines), 'conversations to train on']);
    entries.push([count(mix.composition.heldoutLines), 'held out']);
  }
  if (tokens !== null) entries.push([count(tokens.trainedTokens), 'trained tokens an epoch']);
  if (training !== null)
    entries.push([
      `${count(last === undefined ? 0 : last.step + 1)} of ${count(training.totalSteps)}`,
      'steps',
    ]);
  if (first !== undefined && final !== undefined && losses.length > 1)
    entries.push([`${formatLoss(first)} → ${formatLoss(final)}`, 'held-out loss, base → last']);
  if (run.checkpoints.length > 0)
    entries.push([run.checkpoints.at(-1)?.label ?? '', plural(run.checkpoints.length, 'checkpoint')]);
  return html`<div class="tiles">
    ${entries.map(([value, name]) => html`<div class="tile"><b>${value}</b><span>${name}</span></div>`)}
  </div>`;
}

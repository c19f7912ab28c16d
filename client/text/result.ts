import type { EvaluationResult } from '../../core/contracts/evaluation.js';
import type { TrainingPlan } from '../../core/contracts/training.js';
import { usedLine } from '../../core/cost/cost-lines.js';
import { formatCount, formatLoss } from '../../core/format.js';
import type { Stage1Result, TrainOutcome } from '../../core/run/run.js';
import type { CheckpointLine } from '../../core/training/checkpoint-line.js';
import { compositionText } from './composition.js';
import { fromHere } from './from-here.js';
import { mixFileLines } from './mix-files.js';
import { oneLine } from './shorten.js';

/**
 * The results of a finished run: the mix, its files, and of a training its losses, checkpoints and answers.
 *
 * @param checkpoints - those that are recorded in the run's folder.
 */
export function resultText(
  { mix, reportPath, skippedSources, trained, training }: Stage1Result,
  checkpoints: readonly CheckpointLine[],
  uiLink: string | undefined,
): string {
  return [
    compositionText(mix.composition),
    '',
    ...mixFileLines(mix),
    `report         ${fromHere(reportPath)}`,
    ...(skippedSources.length > 0 ? [`skipped        ${skippedSources.join(', ')}`] : []),
    ...(trained === null || training === null ? [] : trainedLines(trained, training, checkpoints)),
    ...(uiLink === undefined ? [] : ['', `Temporal UI    ${uiLink}`]),
  ].join('\n');
}

function trainedLines(
  trained: TrainOutcome,
  { server, price }: TrainingPlan,
  checkpoints: readonly CheckpointLine[],
): string[] {
  const { reusedSteps, totalSteps, firstLoss, lastLoss, base } = trained;
  const after = trained.trained;
  return [
    '',
    `Trained on ${server}:`,
    ...(reusedSteps > 0
      ? [
          `  ${formatCount(reusedSteps)} of ${formatCount(totalSteps)} steps were recorded already and were reused`,
        ]
      : []),
    `  loss           step 0: ${firstLoss.toFixed(3)}   step ${totalSteps - 1}: ${lastLoss.toFixed(3)}`,
    ...heldoutLossLine(base, after),
    `  tokens         ${usedLine(trained.usage, { price })}`,
    '',
    ...checkpointLines(trained, checkpoints),
    ...answerLines(base, after),
  ];
}

function heldoutLossLine(base: EvaluationResult | null, trained: EvaluationResult | null): string[] {
  const [before, after] = [base?.heldoutNll, trained?.heldoutNll];
  if (before == null || after == null) return [];
  return [`  held-out loss  before: ${formatLoss(before)}   after: ${formatLoss(after)}`];
}

function checkpointLines({ final }: TrainOutcome, checkpoints: readonly CheckpointLine[]): string[] {
  const lines =
    checkpoints.length === 0
      ? [{ label: final.label, path: final.samplerPath }]
      : checkpoints.map(({ label, sampler_path }) => ({ label, path: sampler_path }));
  const width = Math.max(...lines.map(({ label }) => label.length));
  return [
    'Checkpoints (label, sampler weights):',
    ...lines.map(({ label, path }) => `  ${label.padEnd(width)}  ${path}`),
  ];
}

const longestAnswer = 300;

/** The first prompt of the recipe, answered before and after the training. */
function answerLines(base: EvaluationResult | null, trained: EvaluationResult | null): string[] {
  const [before, after] = [base?.answers[0], trained?.answers[0]];
  if (base === null || before === undefined || after === undefined) return [];
  const first = base.label === 'base' ? 'base model' : 'first weights';
  return [
    '',
    `Prompt: ${before.prompt}`,
    `  ${first.padEnd(13)}  ${oneLine(before.answer, longestAnswer)}`,
    `  final weights  ${oneLine(after.answer, longestAnswer)}`,
  ];
}

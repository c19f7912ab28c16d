import type { HeldoutLoss } from '../../../core/contracts/evaluation.js';
import { defined } from '../../../core/defined.js';
import type { SampleLine } from '../../../core/training/sample-line.js';
import { jsonLines } from '../../../files/json-lines.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { openOutputs } from '../../outputs/outputs.js';
import type { Tokens } from '../../tokenise/pieces/tokens-artifact.js';
import type { TrainingPlanMeta } from '../steps/training-plan.js';
import type { EvaluatedWeights } from './evaluated-weights.js';
import type { EvaluationMeta } from './evaluation-artifact.js';
import { findEvaluation } from './evaluation-artifact.js';

/**
 * Writes `samples.jsonl` into `out`, whole: a line for each of the weights that has an evaluation, in their
 * order.
 */
export async function writeSamples(
  store: ArtifactStore,
  plan: TrainingPlanMeta,
  tokens: Tokens,
  evaluated: readonly EvaluatedWeights[],
  out: string,
): Promise<void> {
  const lines: SampleLine[] = [];
  for (const weights of evaluated) {
    const evaluation = await findEvaluation(store, plan, tokens, weights);
    // Equal weights may have been measured under another step and label.
    if (evaluation !== undefined)
      lines.push(sampleLine({ ...evaluation, step: weights.step, label: weights.label }));
  }
  await openOutputs(store, out).write('samples.jsonl', jsonLines(lines));
}

function sampleLine(evaluation: EvaluationMeta): SampleLine {
  const { step, label, heldoutRows, heldoutNll, heldoutNllBySource, answers } = evaluation;
  const bySource = Object.entries(heldoutNllBySource).map(
    ([source, loss]) => [source, finite(loss)] as const,
  );
  return {
    step,
    label,
    heldout_rows: heldoutRows,
    heldout_nll: finite(heldoutNll),
    heldout_nll_by_source: Object.fromEntries(bySource),
    ...defined({ diverged: heldoutNll === 'diverged' ? (true as const) : undefined }),
    answers,
  };
}

function finite(loss: HeldoutLoss | null): number | null {
  return loss === 'diverged' ? null : loss;
}

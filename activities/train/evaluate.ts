import type { EvaluateInput, EvaluationResult } from '../../core/contracts/evaluation.js';
import type { WorkContext } from '../../core/progress.js';
import { readTokens } from '../tokenise/pieces/tokens-artifact.js';
import { checkpointWeights, startingWeights } from './evaluation/evaluated-weights.js';
import { EvaluationMeta, evaluationRef } from './evaluation/evaluation-artifact.js';
import { measure } from './evaluation/measure.js';
import { writeSamples } from './evaluation/samples-file.js';
import { lineageOf } from './records/records.js';
import { readTrainingPlan } from './steps/training-plan.js';
import type { TrainDeps } from './train-deps.js';

/**
 * Evaluates a checkpoint, or the weights that the training starts from: the loss on the held-out rows, and
 * greedy answers to the recipe's prompts. An evaluation of the same weights and rows in the store is used
 * again. Then writes `samples.jsonl` of the lineage into `out`, whole.
 *
 * @throws {HeadraceError} what connecting throws; TinkerRequestError where the server no longer has the
 * weights.
 */
export async function evaluate(
  deps: TrainDeps,
  { plan: planRef, checkpoint, out }: EvaluateInput,
  work: WorkContext,
): Promise<EvaluationResult> {
  const { store } = deps;
  const plan = await readTrainingPlan(store, planRef);
  const tokens = await readTokens(store, { kind: 'tokens', key: plan.tokens });
  const evaluated = checkpoint === null ? startingWeights(plan) : checkpointWeights(checkpoint);
  const evaluation = evaluationRef(plan, tokens, evaluated);
  const artifact =
    (await store.find(evaluation)) ??
    (await store.put(evaluation, () => measure(deps, { plan, tokens, evaluated }, work)));
  const lineage = await lineageOf(store, checkpoint?.record.key ?? null);
  await writeSamples(store, plan, tokens, [startingWeights(plan), ...lineage.map(checkpointWeights)], out);
  return { evaluation, ...EvaluationMeta.parse(artifact.meta) };
}

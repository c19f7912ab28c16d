import { usageOf, type TokenUsage } from '../../core/cost/usage.js';
import { stepsPerEpoch } from '../../core/training/steps.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { TokenReader } from '../tokenise/pieces/token-reader.js';
import type { Tokens } from '../tokenise/pieces/tokens-artifact.js';
import { answerTokens } from './evaluation/evaluation-artifact.js';
import { promptLengths } from './evaluation/prompt-lengths.js';
import { TrainingBatches } from './steps/training-batches.js';
import { stepRuleOf, type TrainingPlanMeta } from './steps/training-plan.js';

export interface PlannedUsage {
  /** Of all steps and evaluations. Sampled: at most. */
  readonly usage: TokenUsage;
  /** Of one evaluation. Sampled: at most. */
  readonly evaluation: TokenUsage;
}

/** What a training will use where nothing is interrupted, lost or saved by hand. */
export async function plannedUsage(
  store: ArtifactStore,
  plan: TrainingPlanMeta,
  tokens: Tokens,
): Promise<PlannedUsage> {
  const evaluation = await evaluationUsage(store, plan, tokens);
  const trainedTokens = await tokensOfAllSteps(store, plan, tokens);
  const checkpoints = Math.ceil(plan.totalSteps / plan.train.checkpoint_every);
  return { usage: usageOf({ trainedTokens, evaluations: checkpoints + 1 }, evaluation), evaluation };
}

/** Only the steps of an epoch that `max_steps` cuts are looked at one by one. */
async function tokensOfAllSteps(
  store: ArtifactStore,
  plan: TrainingPlanMeta,
  { tokensPerEpoch }: Tokens,
): Promise<number> {
  const perEpoch = stepsPerEpoch(stepRuleOf(plan));
  const wholeEpochs = Math.floor(plan.totalSteps / perEpoch);
  let sum = wholeEpochs * tokensPerEpoch;
  if (plan.totalSteps === wholeEpochs * perEpoch) return sum;
  const batches = await TrainingBatches.open(store, plan);
  for (let step = wholeEpochs * perEpoch; step < plan.totalSteps; step += 1) sum += batches.tokensOf(step);
  return sum;
}

/** A held-out example is a prompt of which one token is sampled, as the protocol requires. */
async function evaluationUsage(
  store: ArtifactStore,
  plan: TrainingPlanMeta,
  tokens: Tokens,
): Promise<TokenUsage> {
  const prompts = await promptLengths(store, plan, tokens);
  const reader = await TokenReader.open(store, tokens, 'heldout');
  const examples = reader.trainedExamples();
  const heldout = examples.reduce((sum, example) => sum + reader.entryAt(example).length, 0);
  return {
    train: 0,
    prefill: heldout + prompts.reduce((sum, count) => sum + count, 0),
    sample: examples.length + prompts.length * answerTokens,
  };
}

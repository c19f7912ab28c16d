import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { defined } from '../../../core/defined.js';
import { Train } from '../../../core/recipe.js';
import { stableJson } from '../../../core/stable-json.js';
import { learningRateAt, type ScheduleRule } from '../../../core/training/schedule.js';
import type { StepRule } from '../../../core/training/steps.js';
import type { AdamParams } from '../../../tinker/index.js';
import type { ArtifactStore } from '../../artifacts/store.js';

/**
 * Part of the keys of plans, records and evaluations: raise it when the same plan would give other weights.
 */
export const trainVersion = 2;

/** `meta` of a `training` artifact: what training and evaluation depend on. */
export const TrainingPlanMeta = z.object({
  name: z.string(),
  seed: z.int(),
  train: Train,
  server: z.object({
    baseUrl: z.string(),
    identity: z.string(),
    description: z.string(),
    development: z.boolean(),
  }),
  /** Key of the `tokens` artifact. */
  tokens: z.string(),
  /** SHA-256 over the tokens of train.jsonl. */
  tokensDigest: z.string(),
  trainedExamples: z.int(),
  totalSteps: z.int(),
  /** A number also where the recipe has `auto`. */
  learningRate: z.number(),
  /** Base of the checkpoints' labels. */
  label: z.string(),
});
export type TrainingPlanMeta = z.infer<typeof TrainingPlanMeta>;

/** @throws {HeadraceError} ArtifactMissingError. */
export async function readTrainingPlan(store: ArtifactStore, ref: ArtifactRef): Promise<TrainingPlanMeta> {
  return TrainingPlanMeta.parse((await store.get(ref)).meta);
}

export function stepRuleOf(plan: TrainingPlanMeta): StepRule {
  const { batch_size, epochs, max_steps } = plan.train;
  return { trainedExamples: plan.trainedExamples, batchSize: batch_size, epochs, maxSteps: max_steps };
}

function scheduleOf(plan: TrainingPlanMeta): ScheduleRule {
  const { schedule, warmup_steps } = plan.train;
  return {
    learningRate: plan.learningRate,
    schedule,
    warmupSteps: warmup_steps,
    totalSteps: plan.totalSteps,
  };
}

/** The optimizer's parameters of step `step`. */
export function adamParamsAt(plan: TrainingPlanMeta, step: number): AdamParams {
  const { beta1, beta2, eps, weight_decay, grad_clip_norm } = plan.train.adam;
  return {
    learningRate: learningRateAt(scheduleOf(plan), step),
    beta1,
    beta2,
    eps,
    weightDecay: weight_decay,
    gradClipNorm: grad_clip_norm,
  };
}

/**
 * What decides the weights after a step, and nothing else: neither labels nor the number of saves. Two runs
 * with equal parameters may use each other's records.
 */
function trainingParameters(plan: TrainingPlanMeta): Readonly<Record<string, unknown>> {
  const { base_model, from, lora, adam, batch_size, epochs } = plan.train;
  return {
    server: plan.server.identity,
    baseModel: base_model,
    ...defined({ from }),
    lora,
    adam,
    schedule: scheduleOf(plan),
    tokens: plan.tokensDigest,
    seed: plan.seed,
    batchSize: batch_size,
    epochs,
  };
}

/** SHA-256 over {@link trainingParameters}, hex. */
export function parametersKey(plan: TrainingPlanMeta): string {
  return createHash('sha256')
    .update(stableJson({ trainVersion, ...trainingParameters(plan) }))
    .digest('hex');
}

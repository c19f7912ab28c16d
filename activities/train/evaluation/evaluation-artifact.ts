import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { artifactKey } from '../../artifacts/store.js';
import type { Tokens } from '../../tokenise/pieces/tokens-artifact.js';
import { readTokens } from '../../tokenise/pieces/tokens-artifact.js';
import type { StoredRecord } from '../records/records.js';
import type { TrainingPlanMeta } from '../steps/training-plan.js';
import { trainVersion } from '../steps/training-plan.js';
import type { EvaluatedWeights } from './evaluated-weights.js';
import { checkpointWeights } from './evaluated-weights.js';

const HeldoutLoss = z.union([z.number(), z.literal('diverged')]);

/** `meta` of an `evaluation` artifact. A loss that has diverged is a result like any other. */
export const EvaluationMeta = z.object({
  step: z.int(),
  label: z.string(),
  heldoutRows: z.int(),
  heldoutNll: HeldoutLoss.nullable(),
  heldoutNllBySource: z.record(z.string(), HeldoutLoss),
  answers: z.array(
    z.object({ prompt: z.string(), answer: z.string(), stopReason: z.enum(['stop', 'length']) }),
  ),
});
export type EvaluationMeta = z.infer<typeof EvaluationMeta>;

/** Most tokens of an answer. */
export const answerTokens = 120;

/**
 * The key holds the weights, the held-out rows, and the prompts: an evaluation is made once by all runs of a
 * store.
 */
export function evaluationRef(
  plan: TrainingPlanMeta,
  tokens: Tokens,
  { weights }: EvaluatedWeights,
): ArtifactRef {
  const { renderer, settings, tokenizerDigest } = tokens.tokenisation;
  const inputs = {
    server: plan.server.identity,
    weights: 'samplerPath' in weights ? weights.samplerPath : weights,
    heldout: tokens.digests.heldout,
    sources: tokens.sources,
    renderer,
    settings,
    tokenizerDigest,
    prompts: plan.train.prompts,
    answerTokens,
  };
  return { kind: 'evaluation', key: artifactKey('evaluation', trainVersion, inputs) };
}

/** The stored evaluation of the weights, where there is one. */
export async function findEvaluation(
  store: ArtifactStore,
  plan: TrainingPlanMeta,
  tokens: Tokens,
  evaluated: EvaluatedWeights,
): Promise<EvaluationMeta | undefined> {
  const artifact = await store.find(evaluationRef(plan, tokens, evaluated));
  return artifact === undefined ? undefined : EvaluationMeta.parse(artifact.meta);
}

/** The records of a lineage whose weights have no evaluation yet. */
export async function withoutEvaluation(
  store: ArtifactStore,
  plan: TrainingPlanMeta,
  lineage: readonly StoredRecord[],
): Promise<StoredRecord[]> {
  const tokens = await readTokens(store, { kind: 'tokens', key: plan.tokens });
  const found = await Promise.all(
    lineage.map((record) => findEvaluation(store, plan, tokens, checkpointWeights(record))),
  );
  return lineage.filter((_, at) => found[at] === undefined);
}

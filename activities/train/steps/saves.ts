import { checkpointLabel } from '../../../core/labels.js';
import type { Pending, TrainingClient } from '../../../tinker/index.js';
import type { TrainingPlanMeta } from './training-plan.js';

/** The saves at the end of a segment, on their way. */
export interface SubmittedSaves {
  /** First step that is not in the weights. */
  readonly nextStep: number;
  readonly final: boolean;
  readonly label: string;
  readonly state: Pending<string>;
  readonly sampler: Pending<string>;
}

/** Submits the saves of state and sampler weights after the step before `nextStep`. */
export function submitSaves(
  plan: TrainingPlanMeta,
  client: TrainingClient,
  nextStep: number,
): SubmittedSaves {
  const final = nextStep === plan.totalSteps;
  const label = checkpointLabel(plan.label, nextStep, final);
  const options = { ttlSeconds: plan.train.ttl_seconds };
  const state = client.saveState(label, options);
  return { nextStep, final, label, state, sampler: client.saveWeightsForSampler(label, options) };
}

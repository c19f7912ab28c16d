import type { CheckpointLine } from '../../../core/training/checkpoint-line.js';
import { placeOfStep, type StepRule } from '../../../core/training/steps.js';
import { jsonLines } from '../../../files/json-lines.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { openOutputs } from '../../outputs/outputs.js';
import { stepRuleOf, type TrainingPlanMeta } from '../steps/training-plan.js';
import type { StoredRecord } from './records.js';
import { readMetrics } from './segment-metrics.js';

/**
 * Writes `checkpoints.jsonl` and `metrics.jsonl` of a lineage into `out`, whole. Checkpoints that `keep_last`
 * deletes are left out; metrics have every step once.
 */
export async function writeProjections(
  store: ArtifactStore,
  plan: TrainingPlanMeta,
  lineage: readonly StoredRecord[],
  out: string,
): Promise<void> {
  const rule = stepRuleOf(plan);
  const checkpoints = keptOf(plan, lineage).map((record) =>
    checkpointLine(record, rule, plan.server.identity),
  );
  const metrics: unknown[] = [];
  for (const { metrics: key } of lineage)
    metrics.push(...(await readMetrics(store, { kind: 'metrics', key })));
  const outputs = openOutputs(store, out);
  await outputs.write('metrics.jsonl', jsonLines(metrics));
  await outputs.write('checkpoints.jsonl', jsonLines(checkpoints));
}

/** The records whose checkpoints stay on the server under `keep_last`. */
export function keptOf(plan: TrainingPlanMeta, lineage: readonly StoredRecord[]): readonly StoredRecord[] {
  return plan.train.keep_last === undefined ? lineage : lineage.slice(-plan.train.keep_last);
}

/** The final checkpoint is at batch 0 after the last epoch. */
function checkpointLine(record: StoredRecord, rule: StepRule, server: string): CheckpointLine {
  const { nextStep, final, label, statePath, samplerPath } = record;
  const { epoch, from } = placeOfStep(rule, nextStep);
  return {
    name: final ? 'final' : String(nextStep).padStart(6, '0'),
    batch: final ? 0 : from / rule.batchSize,
    epoch: final ? rule.epochs : epoch,
    ...(final ? { final } : {}),
    state_path: statePath,
    sampler_path: samplerPath,
    label,
    step: nextStep,
    server,
  };
}

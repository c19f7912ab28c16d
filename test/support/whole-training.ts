import assert from 'node:assert/strict';
import type { SegmentRecordRef } from '../../core/contracts/training.js';
import type { StepMetrics } from '../../core/training/step-metrics.js';
import type { Server } from './tinker-server.js';
import { metricsIn, prepare, trainTo, type PreparedTraining } from './training.js';

/** What eight undisturbed steps in one segment give. */
export interface WholeTraining {
  readonly metrics: readonly StepMetrics[];
  /** SHA-256 of the final state. */
  readonly state: string;
  /** SHA-256 of the final sampler weights. */
  readonly sampler: string;
}

/** Trains eight undisturbed steps in one segment. */
export async function trainWhole(server: Server): Promise<WholeTraining> {
  const prepared = await prepare(server);
  const [record] = await trainTo(server, prepared, [8]);
  assert.ok(record);
  return await leftBy(server, prepared, record);
}

/** Asserts that a training ended with the losses and weights of an undisturbed one. */
export async function assertEndsAs(
  whole: WholeTraining,
  server: Server,
  prepared: PreparedTraining,
  last: SegmentRecordRef | undefined,
): Promise<void> {
  assert.ok(last?.final);
  assert.deepEqual(await leftBy(server, prepared, last), whole);
}

async function leftBy(
  server: Server,
  { out }: PreparedTraining,
  { statePath, samplerPath }: SegmentRecordRef,
): Promise<WholeTraining> {
  return {
    metrics: await metricsIn(out),
    state: await server.fileDigest(statePath),
    sampler: await server.fileDigest(samplerPath),
  };
}

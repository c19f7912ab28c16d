import { join } from 'node:path';
import type { ArtifactRef, MixBucketsInput, MixBucketsResult } from '../../core/contracts.js';
import type { WorkContext } from '../../core/progress.js';
import { artifactKey, type ArtifactStore } from '../artifacts/store.js';
import { inParallel, underWay } from '../convert/in-parallel.js';
import { linesName } from '../convert/run-format.js';
import { mixVersion } from '../convert/versions.js';
import type { MixDeps } from './mix-deps.js';
import { planEntriesName, type Side } from './mix-entry.js';
import { readMixPlan, type MixPlanFile } from './mix-plan.js';
import type { Bucket } from './plan-lines.js';

export const bucketName = 'lines.jsonl';

/** A bucket of a plan, and the artifact that holds its lines. */
export interface PlannedBucket {
  readonly ref: ArtifactRef;
  readonly side: Side;
  readonly bucket: Bucket;
}

/** All buckets of a plan: those of train.jsonl, then those of heldout.jsonl. */
export function plannedBuckets(plan: ArtifactRef, { buckets }: MixPlanFile): readonly PlannedBucket[] {
  const of = (side: Side): readonly PlannedBucket[] =>
    buckets[side].map((bucket, index) => ({
      ref: { kind: 'bucket', key: artifactKey('bucket', mixVersion, { plan: plan.key, side, index }) },
      side,
      bucket,
    }));
  return [...of('train'), ...of('heldout')];
}

/**
 * Writes the buckets `[from, to)` of a plan, those that are not in the store already.
 *
 * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError, DiskFullError.
 */
export async function mixBuckets(
  deps: MixDeps,
  input: MixBucketsInput,
  work: WorkContext,
): Promise<MixBucketsResult> {
  const plan = await readMixPlan(deps.store, input.plan);
  const planArtifact = await deps.store.get(input.plan);
  const buckets = plannedBuckets(input.plan, plan).slice(input.from, input.to);
  const linesPaths = await runPaths(deps.store, plan);
  const total = buckets.reduce((sum, { bucket }) => sum + bucket.bytes, 0);
  let [done, reused, lines] = [0, 0, 0];
  await inParallel(buckets, underWay(deps.threads), work.signal, async ({ ref, side, bucket }, signal) => {
    const there = await deps.store.find(ref);
    if (there === undefined)
      await deps.store.put(ref, async (dir) => {
        const entriesPath = planArtifact.path(planEntriesName(side));
        const out = join(dir, bucketName);
        await deps.pool.run('writeBucket', { entriesPath, bucket, linesPaths, out }, { signal });
        return { lines: bucket.to - bucket.from };
      });
    else reused += 1;
    lines += bucket.to - bucket.from;
    done += bucket.bytes;
    work.progress({ stage: 'mix', label: 'mix', done, total, unit: 'bytes' });
  });
  return { buckets: buckets.length, reusedBuckets: reused, lines };
}

async function runPaths(store: ArtifactStore, plan: MixPlanFile): Promise<readonly string[]> {
  const dirs = new Map<string, string>();
  const paths: string[] = [];
  for (const { piece, run } of plan.runs) {
    const dir = dirs.get(piece) ?? (await store.get({ kind: 'piece', key: piece })).dir;
    dirs.set(piece, dir);
    paths.push(join(dir, linesName(run)));
  }
  return paths;
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { batchesOf } from '../../core/batches.js';
import type { ArtifactRef, Batches } from '../../core/contracts/artifact.js';
import type { MixPlan, MixSource, PlanMixInput } from '../../core/contracts/mix.js';
import { defined } from '../../core/defined.js';
import { partitionsFor } from '../../core/mix/shuffle-sizes.js';
import type { WorkContext } from '../../core/progress.js';
import { artifactKey, type ArtifactStore } from '../artifacts/store.js';
import { cellTableBytes } from '../convert/output/cell-table.js';
import { PieceMeta } from '../convert/output/piece-meta.js';
import { entryBytes, indexName } from '../convert/output/sorted-run-format.js';
import { convertedPieces, readConversionPlan } from '../convert/plan/conversion-plan.js';
import {
  mixCodeVersion,
  mixPlanName,
  readMixPlan,
  type MixPlanFile,
  type PlannedRun,
  type PlannedSource,
} from './format/mix-plan.js';
import { partitionTableName } from './format/partition-table.js';
import { piecesOf } from './lines/pieces-of.js';
import type { MixDeps } from './mix-deps.js';

/**
 * Finds the sorted runs of all sources and divides their key space into partitions.
 *
 * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError, DiskFullError.
 */
export async function planMix(deps: MixDeps, input: PlanMixInput, work: WorkContext): Promise<MixPlan> {
  const { store, bucketBytes, partitionBytes } = deps;
  const rules = {
    seed: input.seed,
    heldout: { fraction: input.heldout.fraction, ...defined({ rows: input.heldout.rows }) },
    ...defined({ mixRows: input.mix.rows, rowsPerSource: input.rowsPerSource, shards: shardsOf(input) }),
    sources: input.sources.map(plannedSource),
    bucketBytes,
  };
  const inputs = { ...rules, ...defined({ partitionBytes }) };
  const ref: ArtifactRef = { kind: 'mix-plan', key: artifactKey('mix-plan', mixCodeVersion, inputs) };
  if ((await store.find(ref)) === undefined)
    await store.put(ref, async (dir) => {
      const { sortedRuns, bytes } = await findSortedRuns(store, input.sources);
      const entries = sortedRuns.reduce((sum, run) => sum + run.entries, 0);
      const least = partitionsFor(bytes + entries * entryBytes, partitionBytes);
      const partitions = atLeast(least, rules.shards ?? 1);
      const plan: MixPlanFile = { ...rules, sortedRuns, partitions, bytes };
      await tabulate(deps, plan, join(dir, partitionTableName), work.signal);
      await writeFile(join(dir, mixPlanName), JSON.stringify(plan));
      return { partitions, bytes };
    });
  return { plan: ref, partitions: batchesFor(deps, await readMixPlan(store, ref)) };
}

function shardsOf({ mix: { shards } }: PlanMixInput): number | undefined {
  return shards === 'auto' ? undefined : shards;
}

/** So many partitions that each shard has whole ones. */
function atLeast(partitions: number, shards: number): number {
  let enough = partitions;
  while (enough < shards) enough *= 2;
  return enough;
}

function plannedSource({ source, plan, summary }: MixSource): PlannedSource {
  const { name, rows, share, repeat } = source;
  return { name, plan: plan.key, summary: summary.key, repeat, ...defined({ rows, share }) };
}

/** The sorted runs of all converted pieces, and the bytes of their lines. */
async function findSortedRuns(
  store: ArtifactStore,
  sources: readonly MixSource[],
): Promise<{ readonly sortedRuns: readonly PlannedRun[]; readonly bytes: number }> {
  const sortedRuns: PlannedRun[] = [];
  let bytes = 0;
  for (const [source, { plan }] of sources.entries()) {
    const planned = convertedPieces(await readConversionPlan(store, plan));
    const pieces = await Promise.all(planned.map(async ({ ref }) => await store.get(ref)));
    for (const [index, { ref, firstSlice }] of planned.entries())
      for (const [sortedRun, run] of PieceMeta.parse(pieces[index]?.meta).sortedRuns.entries()) {
        sortedRuns.push({ source, piece: ref.key, sortedRun, firstSlice, entries: run.entries });
        bytes += run.bytes;
      }
  }
  return { sortedRuns, bytes };
}

async function tabulate(
  { store, jobs }: MixDeps,
  { sortedRuns, partitions }: MixPlanFile,
  out: string,
  signal: AbortSignal,
): Promise<void> {
  const pieces = await piecesOf(store, sortedRuns);
  const wanted = sortedRuns.map(({ sortedRun, entries }, run) => {
    const from = entries * entryBytes;
    const ranges = [{ from, to: from + cellTableBytes }];
    return { ...pieces(run, indexName(sortedRun)), ranges, isReadOnce: true };
  });
  await store.bring(wanted, async (paths) => {
    const runs = sortedRuns.map(({ entries }, run) => ({ indexPath: paths[run] ?? '', entries }));
    await jobs.run('tabulatePartitions', { runs, partitions, out }, { signal });
  });
}

/** Partitions of a batch, at least: where the lines stay where they are, one takes milliseconds. */
const leastInBatch = { folder: 32, objects: 1 } as const;

function batchesFor({ store }: MixDeps, { partitions, bytes }: MixPlanFile): Batches {
  return batchesOf(partitions, bytes, leastInBatch[store.medium.kind]);
}

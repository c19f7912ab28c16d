import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { Composition, MixPlan, MixSource, PlanMixInput } from '../../core/contracts/mix.js';
import { readAsOf } from '../../core/convert/findings/source-findings.js';
import { defined } from '../../core/defined.js';
import { composition } from '../../core/mix/composition.js';
import type { WorkContext } from '../../core/progress.js';
import { artifactKey, type Artifact, type ArtifactStore } from '../artifacts/store.js';
import { PieceMeta } from '../convert/output/piece-meta.js';
import { indexName, linesName } from '../convert/output/sorted-run-format.js';
import { convertedPieces, readConversionPlan } from '../convert/plan/conversion-plan.js';
import { SummaryMeta } from '../convert/summarise-source.js';
import {
  mixCodeVersion,
  mixPlanName,
  readMixPlan,
  type MixPlanFile,
  type PlannedSource,
  type SortedRunKey,
} from './format/mix-plan.js';
import type { MixDeps } from './mix-deps.js';
import type { SortedRun } from './plan/merge-sorted-runs.js';
import type { PlanLinesInput, PlannedLines } from './plan/plan-lines.js';

/**
 * Decides every line of the mix.
 *
 * @throws {HeadraceError} MixError where the shares cannot be met; ArtifactMissingError, DiskFullError.
 */
export async function planMix(deps: MixDeps, input: PlanMixInput, work: WorkContext): Promise<MixPlan> {
  const inputs = {
    seed: input.seed,
    sources: input.sources.map(plannedSource),
    heldout: input.heldout,
    mixRows: input.mix.rows,
    rowsPerSource: input.rowsPerSource,
    bucketBytes: deps.bucketBytes,
  };
  const ref: ArtifactRef = { kind: 'mix-plan', key: artifactKey('mix-plan', mixCodeVersion, inputs) };
  if ((await deps.store.find(ref)) === undefined)
    await deps.store.put(ref, async (dir) => {
      const plan = await makePlan(deps, input, dir, work.signal);
      await writeFile(join(dir, mixPlanName), JSON.stringify(plan));
      return { trainLines: plan.composition.trainLines, heldoutLines: plan.composition.heldoutLines };
    });
  const plan = await readMixPlan(deps.store, ref);
  return { plan: ref, composition: plan.composition };
}

function plannedSource({ source, plan, summary }: MixSource): PlannedSource {
  const { name, rows, share, repeat } = source;
  return { name, plan: plan.key, summary: summary.key, repeat, ...defined({ rows, share }) };
}

/** @param dir - the folder for the entries of both sides. */
async function makePlan(
  deps: MixDeps,
  input: PlanMixInput,
  dir: string,
  signal: AbortSignal,
): Promise<MixPlanFile> {
  const found = await findSortedRuns(deps.store, input.sources);
  const rules = {
    seed: input.seed,
    heldout: { fraction: input.heldout.fraction, ...defined({ rows: input.heldout.rows }) },
    ...defined({ mixRows: input.mix.rows, rowsPerSource: input.rowsPerSource }),
  };
  const sources = input.sources.map(plannedSource);
  const planned = await bringRuns(deps.store, found, (sortedRuns) =>
    decideLines(deps, { ...rules, sources, sortedRuns, dir }, signal),
  );
  return {
    ...rules,
    sources,
    sortedRuns: found.map(({ key }) => key),
    buckets: { train: planned.train, heldout: planned.heldout },
    composition: await accountFor(deps.store, input.sources, planned),
  };
}

interface FoundSortedRun {
  readonly key: SortedRunKey;
  readonly artifact: Artifact;
  readonly sortedRun: Omit<SortedRun, 'indexPath' | 'linesPath'>;
}

/** The sorted runs of all converted pieces. */
async function findSortedRuns(
  store: ArtifactStore,
  sources: readonly MixSource[],
): Promise<FoundSortedRun[]> {
  const found: FoundSortedRun[] = [];
  for (const [source, { plan }] of sources.entries())
    for (const { ref, firstSlice } of convertedPieces(await readConversionPlan(store, plan))) {
      const piece = await store.get(ref);
      for (const [number, { entries }] of PieceMeta.parse(piece.meta).sortedRuns.entries())
        found.push({
          key: { piece: ref.key, sortedRun: number },
          artifact: piece,
          sortedRun: { source, entries, firstSlice },
        });
    }
  return found;
}

/** Calls `use` with the sorted runs on this disk. */
async function bringRuns<Result>(
  store: ArtifactStore,
  found: readonly FoundSortedRun[],
  use: (sortedRuns: readonly SortedRun[]) => Promise<Result>,
): Promise<Result> {
  const wanted = found.flatMap(({ artifact, key: { sortedRun } }) => [
    { artifact, file: indexName(sortedRun) },
    { artifact, file: linesName(sortedRun) },
  ]);
  return await store.bring(wanted, (paths) =>
    use(
      found.map(({ sortedRun }, at) => {
        const [indexPath = '', linesPath = ''] = paths.slice(2 * at);
        return { ...sortedRun, indexPath, linesPath };
      }),
    ),
  );
}

async function decideLines(
  { store, jobs, bucketBytes }: MixDeps,
  input: Omit<PlanLinesInput, 'bucketBytes' | 'scratch'>,
  signal: AbortSignal,
): Promise<PlannedLines> {
  const scratch = await store.workplace.scratch();
  try {
    return await jobs.run('planLines', { ...input, bucketBytes, scratch }, { signal });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function accountFor(
  store: ArtifactStore,
  sources: readonly MixSource[],
  planned: PlannedLines,
): Promise<Composition> {
  const parts = await Promise.all(
    sources.map(async ({ source, plan, summary }, index) => {
      const { rules } = await readConversionPlan(store, plan);
      const { counts } = SummaryMeta.parse((await store.get(summary)).meta);
      const mixed = planned.sources[index];
      if (mixed === undefined) throw new Error(`No lines were planned for source ${source.name}`);
      return {
        name: source.name,
        readAs: readAsOf(rules),
        counts,
        repeat: source.repeat,
        ...defined({ share: source.share, rows: source.rows }),
        mixed: { ...mixed, duplicatesBy: new Map(mixed.duplicatesBy) },
      };
    }),
  );
  return composition(parts);
}

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { Composition, MixPlan, MixSource, PlanMixInput } from '../../core/contracts/mix.js';
import { composition } from '../../core/mix/composition.js';
import type { WorkContext } from '../../core/progress.js';
import { artifactKey } from '../artifacts/store.js';
import { convertedPieces, readConversionPlan } from '../convert/plan/conversion-plan.js';
import { PieceMeta } from '../convert/output/piece-meta.js';
import { indexName, linesName } from '../convert/output/sorted-run-format.js';
import { SummaryMeta } from '../convert/summarise-source.js';
import type { RunFile } from './plan/merge-sorted-runs.js';
import type { MixDeps } from './mix-deps.js';
import { mixCodeVersion, mixPlanName, readMixPlan, type MixPlanFile } from './plan/mix-plan.js';
import type { PlannedLines } from './plan/plan-lines.js';

/**
 * Decides every line of the mix.
 *
 * @throws {HeadraceError} MixError where the shares cannot be met; ArtifactMissingError, DiskFullError.
 */
export async function planMix(deps: MixDeps, input: PlanMixInput, work: WorkContext): Promise<MixPlan> {
  const inputs = {
    seed: input.seed,
    sources: input.sources.map(planSource),
    heldout: input.heldout,
    mixRows: input.mix.rows,
    rowsPerSource: input.rowsPerSource,
    bucketBytes: deps.bucketBytes,
  };
  const ref: ArtifactRef = { kind: 'mix-plan', key: artifactKey('mix-plan', mixCodeVersion, inputs) };
  if ((await deps.store.find(ref)) === undefined)
    await deps.store.put(ref, async (dir) => {
      const plan = await makePlan(deps, input, dir, work);
      await writeFile(join(dir, mixPlanName), JSON.stringify(plan));
      return { trainLines: plan.composition.trainLines, heldoutLines: plan.composition.heldoutLines };
    });
  const plan = await readMixPlan(deps.store, ref);
  return { plan: ref, composition: plan.composition };
}

function planSource({ source, plan, summary }: MixSource): MixPlanFile['sources'][number] {
  return {
    name: source.name,
    plan: plan.key,
    summary: summary.key,
    repeat: source.repeat,
    ...(source.rows === undefined ? {} : { rows: source.rows }),
    ...(source.share === undefined ? {} : { share: source.share }),
  };
}

async function makePlan(
  deps: MixDeps,
  input: PlanMixInput,
  dir: string,
  work: WorkContext,
): Promise<MixPlanFile> {
  const sources = input.sources.map(planSource);
  const { files, runs } = await findRuns(deps, input.sources);
  const limits = {
    ...(input.mix.rows === undefined ? {} : { mixRows: input.mix.rows }),
    ...(input.rowsPerSource === undefined ? {} : { rowsPerSource: input.rowsPerSource }),
  };
  const scratch = await deps.store.scratch();
  let planned: PlannedLines;
  try {
    planned = await deps.pool.run(
      'planLines',
      {
        ...limits,
        seed: input.seed,
        sources,
        runs: files,
        heldoutFraction: input.heldout.fraction,
        ...(input.heldout.rows === undefined ? {} : { heldoutRows: input.heldout.rows }),
        bucketBytes: deps.bucketBytes,
        dir,
        scratch,
      },
      { signal: work.signal },
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return {
    ...limits,
    seed: input.seed,
    heldout: {
      fraction: input.heldout.fraction,
      ...(input.heldout.rows === undefined ? {} : { rows: input.heldout.rows }),
    },
    sources,
    runs,
    buckets: { train: [...planned.train], heldout: [...planned.heldout] },
    composition: await accountFor(deps, input.sources, planned),
  };
}

async function findRuns(
  deps: MixDeps,
  sources: readonly MixSource[],
): Promise<{ readonly files: RunFile[]; readonly runs: MixPlanFile['runs'] }> {
  const files: RunFile[] = [];
  const runs: MixPlanFile['runs'] = [];
  for (const [index, source] of sources.entries()) {
    const plan = await readConversionPlan(deps.store, source.plan);
    for (const { ref, firstSlice } of convertedPieces(plan)) {
      const piece = await deps.store.get(ref);
      for (const [run, { entries }] of PieceMeta.parse(piece.meta).sortedRuns.entries()) {
        files.push({
          source: index,
          indexPath: piece.path(indexName(run)),
          linesPath: piece.path(linesName(run)),
          entries,
          firstSlice,
        });
        runs.push({ piece: ref.key, run });
      }
    }
  }
  return { files, runs };
}

async function accountFor(
  deps: MixDeps,
  sources: readonly MixSource[],
  planned: PlannedLines,
): Promise<Composition> {
  const parts = await Promise.all(
    sources.map(async ({ source, plan, summary }, index) => {
      const { rules } = await readConversionPlan(deps.store, plan);
      const { counts } = SummaryMeta.parse((await deps.store.get(summary)).meta);
      const mixed = planned.sources[index];
      if (mixed === undefined) throw new Error(`No lines were planned for source ${source.name}`);
      return {
        name: source.name,
        format: rules.layout.format,
        counts,
        repeat: source.repeat,
        ...(source.share === undefined ? {} : { share: source.share }),
        ...(source.rows === undefined ? {} : { rows: source.rows }),
        mixed: { ...mixed, duplicatesBy: new Map(mixed.duplicatesBy) },
      };
    }),
  );
  return composition(parts);
}

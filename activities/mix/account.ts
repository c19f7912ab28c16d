import { Composition } from '../../core/contracts/mix.js';
import { readAsOf } from '../../core/convert/findings/source-findings.js';
import { defined } from '../../core/defined.js';
import { composition } from '../../core/mix/composition.js';
import { volumeLess } from '../../core/mix/volumes.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { readConversionPlan } from '../convert/plan/conversion-plan.js';
import { SummaryMeta } from '../convert/summarise-source.js';
import type { MixDecision } from './format/mix-decision.js';
import type { MixPartMeta } from './format/mix-part.js';
import type { MixPlanFile } from './format/mix-plan.js';
import { sumOfVolumes } from './plan/sum-of-counts.js';

const nothing = { bytes: 0, assistantChars: 0 };

/**
 * The account of every row of a mix.
 *
 * @param parts - of all partitions.
 * @throws {HeadraceError} ArtifactMissingError.
 */
export async function accountOf(
  store: ArtifactStore,
  plan: MixPlanFile,
  { counts, takes, limiting }: MixDecision,
  parts: readonly MixPartMeta[],
): Promise<Composition> {
  const { candidates, duplicates } = counts;
  const kept = sumOfVolumes(parts.map(({ volumes }) => volumes.train));
  const heldOut = sumOfVolumes(parts.map(({ volumes }) => volumes.heldout));
  const sources = await Promise.all(
    plan.sources.map(async ({ name, plan: conversion, summary, repeat, share, rows }, at) => {
      const { rules } = await readConversionPlan(store, { kind: 'conversion', key: conversion });
      const { meta } = await store.get({ kind: 'summary', key: summary });
      const [keptVolume, heldOutVolume] = [kept[at] ?? nothing, heldOut[at] ?? nothing];
      const heldout = takes.heldout[at] ?? 0;
      return {
        name,
        readAs: readAsOf(rules),
        counts: SummaryMeta.parse(meta).counts,
        repeat,
        ...defined({ share, rows }),
        mixed: {
          duplicatesBy: new Map(duplicates.won[at]),
          heldout,
          heldoutUnused: (candidates.heldout.rows[at] ?? 0) - heldout,
          available: candidates.train.rows[at] ?? 0,
          kept: takes.train[at] ?? 0,
          volumes: {
            duplicates: duplicates.volumes[at] ?? nothing,
            heldout: heldOutVolume,
            heldoutUnused: volumeLess(candidates.heldout.volumes[at] ?? nothing, heldOutVolume),
            notSelected: volumeLess(candidates.train.volumes[at] ?? nothing, keptVolume),
            kept: keptVolume,
          },
          limiting: limiting[at] ?? false,
        },
      };
    }),
  );
  // Members in the order of the schema, which is that of manifest.json.
  return Composition.parse(composition(sources));
}

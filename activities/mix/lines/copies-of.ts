import type { Artifact, ArtifactStore } from '../../artifacts/store.js';
import { copyGroups } from '../format/mix-copies.js';
import { mixCopiesRef, type MixPlanFile } from '../format/mix-plan.js';

/** Whether a mix has further copies of rows. */
export function repeatsRows({ sources }: Pick<MixPlanFile, 'sources'>): boolean {
  return sources.some(({ repeat }) => repeat > 1);
}

/**
 * The `mix-copies` of all groups of partitions; none where no source is repeated.
 *
 * @throws {HeadraceError} ArtifactMissingError.
 */
export async function copiesOf(
  store: ArtifactStore,
  planKey: string,
  plan: Pick<MixPlanFile, 'sources' | 'partitions'>,
): Promise<readonly Artifact[]> {
  if (!repeatsRows(plan)) return [];
  const groups = copyGroups(plan.partitions);
  return await Promise.all(groups.map(async (_, group) => await store.get(mixCopiesRef(planKey, group))));
}

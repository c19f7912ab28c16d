import type { ConvertActivities } from '../../activities/convert/index.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { SourceSummary } from '../../core/contracts/conversion.js';
import type { MixSource } from '../../core/contracts/mix.js';
import { HeadraceError } from '../../core/errors.js';
import type { WorkContext } from '../../core/progress.js';
import type { Source } from '../../core/recipe.js';

export interface ConvertSourceInput {
  readonly source: Source;
  readonly seed: number;
  readonly resolution: ArtifactRef | undefined;
}

export interface ConvertedSource {
  readonly source: MixSource;
  readonly summary: SourceSummary;
  readonly pieces: number;
  /** Pieces that were in the store already. */
  readonly reusedPieces: number;
}

/**
 * Converts all of one source.
 *
 * @throws {HeadraceError} RecipeError where it is not resolved; whatever the conversion throws.
 */
export async function convertSource(
  convert: ConvertActivities,
  { source, seed, resolution }: ConvertSourceInput,
  work: WorkContext,
): Promise<ConvertedSource> {
  if (resolution === undefined)
    throw new HeadraceError('RecipeError', `Source ${source.name} was not resolved`);
  const planned = await convert.planConversion({ source, resolution, seed }, work);
  const { plan } = planned;
  let [pieces, reusedPieces] = [0, 0];
  // In one process one call takes all items.
  for (const [{ items: to }, activity] of [
    [planned.pieces, convert.convertPieces],
    [planned.dialoguePartitions, convert.groupDialogues],
  ] as const) {
    if (to === 0) continue;
    const result = await activity({ plan, from: 0, to }, work);
    pieces += result.pieces;
    reusedPieces += result.reusedPieces;
  }
  const { max_reject_fraction: maxRejectFraction } = source;
  const summary = await convert.summariseSource({ plan, maxRejectFraction }, work);
  return { source: { source, resolution, plan, summary: summary.summary }, summary, pieces, reusedPieces };
}

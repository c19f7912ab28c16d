import type { Artifact, ArtifactStore } from '../../artifacts/store.js';
import { linesName } from '../../convert/output/sorted-run-format.js';
import { copiesLinesName } from '../format/mix-copies.js';
import type { MixPlanFile } from '../format/mix-plan.js';
import type { Bucket } from '../format/mix-part.js';
import { copiesOf } from './copies-of.js';
import { piecesOf, type ArtifactFile } from './pieces-of.js';

/** The places of the lines of a part. */
export interface LinePlaces {
  /** The part's entries. */
  readonly entriesPath: string;
  /** Of all sorted runs of the mix, those of copies included, in the order in which entries number them. */
  readonly linesPaths: readonly string[];
}

/** A bucket, and the entries that it is part of. */
export interface PlacedBucket extends Bucket {
  readonly entriesPath: string;
}

/**
 * The lines of train.jsonl or heldout.jsonl in the store: in the sorted runs of converted pieces, each at the
 * place in its entry. Unlike the files in `out`, they are not edited.
 */
export interface MixedLines {
  /** As of {@link LinePlaces}. */
  readonly linesPaths: readonly string[];
  /** All lines in their order, each bucket gathered by one job. */
  readonly buckets: readonly PlacedBucket[];
}

/**
 * The lines of all sorted runs of a mix, those of copies included, in the order in which entries number them.
 *
 * @throws {HeadraceError} ArtifactMissingError.
 */
export async function linesOfRuns(
  store: ArtifactStore,
  planKey: string,
  plan: MixPlanFile,
): Promise<readonly ArtifactFile[]> {
  const pieces = await piecesOf(store, plan.sortedRuns);
  const copies: readonly Artifact[] = await copiesOf(store, planKey, plan);
  return [
    ...plan.sortedRuns.map(({ sortedRun }, run) => pieces(run, linesName(sortedRun))),
    ...copies.map((artifact) => ({ artifact, file: copiesLinesName })),
  ];
}

/** How many lines there are. */
export function linesOf({ buckets }: MixedLines): number {
  return buckets.reduce((sum, { from, to }) => sum + to - from, 0);
}

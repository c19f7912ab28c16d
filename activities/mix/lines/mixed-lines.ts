import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { Side } from '../../../core/contracts/mix.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { linesName } from '../../convert/output/sorted-run-format.js';
import { planEntriesName } from '../format/mix-entry.js';
import { MixPlanFile, mixPlanName, type Bucket } from '../format/mix-plan.js';

/** The places of a mix's lines. */
export interface LinePlaces {
  /** The plan's entries, one for each line, in the file's order. */
  readonly entriesPath: string;
  /** Of all sorted runs of the mix plan, in the order in which entries number them. */
  readonly linesPaths: readonly string[];
}

/**
 * The lines of train.jsonl or heldout.jsonl in the store: in the sorted runs of converted pieces, each at the
 * place in its entry. Unlike the files in `out`, they are not edited.
 */
export interface MixedLines extends LinePlaces {
  /** All entries, in buckets that are each gathered by one job. */
  readonly buckets: readonly Bucket[];
}

const PlacesInPlan = MixPlanFile.pick({ sortedRuns: true, buckets: true });

/**
 * Finds the lines of a mix.
 *
 * @param ref - of a `mix-plan` artifact.
 * @throws {HeadraceError} ArtifactMissingError where the plan or a piece is missing.
 */
export async function mixedLines(
  store: ArtifactStore,
  ref: ArtifactRef,
): Promise<Readonly<Record<Side, MixedLines>>> {
  const plan = await store.get(ref);
  const text = await readFile(plan.path(mixPlanName), 'utf8');
  const { sortedRuns, buckets } = PlacesInPlan.parse(JSON.parse(text));
  const dirs = new Map<string, string>();
  const linesPaths: string[] = [];
  for (const { piece, sortedRun } of sortedRuns) {
    const dir = dirs.get(piece) ?? (await store.get({ kind: 'piece', key: piece })).dir;
    dirs.set(piece, dir);
    linesPaths.push(join(dir, linesName(sortedRun)));
  }
  const linesOf = (side: Side): MixedLines => ({
    entriesPath: plan.path(planEntriesName(side)),
    buckets: buckets[side],
    linesPaths,
  });
  return { train: linesOf('train'), heldout: linesOf('heldout') };
}

/** Size of the file, newlines included. */
export function bytesOf({ buckets }: MixedLines): number {
  return buckets.reduce((sum, { bytes }) => sum + bytes, 0);
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { Side } from '../../../core/contracts/mix.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { linesName } from '../../convert/output/sorted-run-format.js';
import { planEntriesName } from '../plan/mix-entry.js';
import { MixPlanFile, mixPlanName } from '../plan/mix-plan.js';
import type { Bucket } from '../plan/plan-lines.js';

/**
 * The lines of train.jsonl or heldout.jsonl as the store has them: in the runs of converted pieces, each where its entry says.
 * The file in `out` belongs to the user.
 */
export interface MixedLines extends LinePlaces {
  /** All entries, in stretches that are gathered at a time. */
  readonly buckets: readonly Bucket[];
}

/** Where lines are. */
export interface LinePlaces {
  /** The plan's entries, one for each line, in the file's order. */
  readonly entriesPath: string;
  /** Of all runs of the mix plan, in the order in which entries number them. */
  readonly linesPaths: readonly string[];
}

/** What of a mix plan says where lines are. */
const Where = MixPlanFile.pick({ runs: true, buckets: true });

/**
 * Finds the lines of a mix.
 *
 * @param ref - of a `mix-plan` artifact.
 * @throws {HeadraceError} ArtifactMissingError, where the plan or a piece is gone.
 */
export async function mixedLines(
  store: ArtifactStore,
  ref: ArtifactRef,
): Promise<Readonly<Record<Side, MixedLines>>> {
  const plan = await store.get(ref);
  const { runs, buckets } = Where.parse(JSON.parse(await readFile(plan.path(mixPlanName), 'utf8')));
  const dirs = new Map<string, string>();
  const linesPaths: string[] = [];
  for (const { piece, run } of runs) {
    const dir = dirs.get(piece) ?? (await store.get({ kind: 'piece', key: piece })).dir;
    dirs.set(piece, dir);
    linesPaths.push(join(dir, linesName(run)));
  }
  const of = (side: Side): MixedLines => ({
    entriesPath: plan.path(planEntriesName(side)),
    buckets: buckets[side],
    linesPaths,
  });
  return { train: of('train'), heldout: of('heldout') };
}

/** Size of the file, newlines included. */
export function bytesOf({ buckets }: MixedLines): number {
  return buckets.reduce((sum, { bytes }) => sum + bytes, 0);
}

import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { Side } from '../../../core/contracts/mix.js';
import { readJson } from '../../artifacts/read-json.js';
import type { Artifact, ArtifactStore } from '../../artifacts/store.js';
import { linesName } from '../../convert/output/sorted-run-format.js';
import { planEntriesName } from '../format/mix-entry.js';
import { MixPlanFile, mixPlanName, type Bucket } from '../format/mix-plan.js';

/** The places of a mix's lines on this disk. */
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
export interface MixedLines {
  /** The `mix-plan` artifact, which has the entries. */
  readonly plan: Artifact;
  readonly side: Side;
  /** Of all sorted runs of the mix plan, in the order in which entries number them. */
  readonly linesFiles: readonly { readonly artifact: Artifact; readonly file: string }[];
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
  const { sortedRuns, buckets } = await readJson(store, plan, mixPlanName, PlacesInPlan);
  const pieces = new Map<string, Artifact>();
  const linesFiles: { readonly artifact: Artifact; readonly file: string }[] = [];
  for (const { piece, sortedRun } of sortedRuns) {
    const artifact = pieces.get(piece) ?? (await store.get({ kind: 'piece', key: piece }));
    pieces.set(piece, artifact);
    linesFiles.push({ artifact, file: linesName(sortedRun) });
  }
  const linesOf = (side: Side): MixedLines => ({ plan, side, linesFiles, buckets: buckets[side] });
  return { train: linesOf('train'), heldout: linesOf('heldout') };
}

/** The file of the plan's entries, for `store.bring`. */
export function entriesOf({ plan, side }: MixedLines): {
  readonly artifact: Artifact;
  readonly file: string;
} {
  return { artifact: plan, file: planEntriesName(side) };
}

/** Calls `use` with the places of the lines on this disk. They stay until it has ended. */
export async function bringLines<Result>(
  store: ArtifactStore,
  lines: MixedLines,
  use: (places: LinePlaces) => Promise<Result>,
): Promise<Result> {
  return await store.bring([entriesOf(lines), ...lines.linesFiles], ([entriesPath = '', ...linesPaths]) =>
    use({ entriesPath, linesPaths }),
  );
}

/** Size of the file, newlines included. */
export function bytesOf({ buckets }: MixedLines): number {
  return buckets.reduce((sum, { bytes }) => sum + bytes, 0);
}

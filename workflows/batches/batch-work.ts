import type { Activities } from '../../core/contracts/activities.js';
import type { Batches } from '../../core/contracts/artifact.js';
import type { Counts } from '../../core/run/state.js';

/** Activities that do the items of one batch and return counts. */
export type BatchActivity =
  | 'downloadFiles'
  | 'convertPieces'
  | 'groupDialogues'
  | 'countPartitions'
  | 'copyRows'
  | 'writePartitions'
  | 'tokenisePieces';

/** What one of these activities returns; the counts of all batches have the same names. */
export type CountsOf<Name extends BatchActivity> = Awaited<ReturnType<Activities[Name]>>;

/** The batches of a plan, and what does them. */
export interface BatchWork<Name extends BatchActivity = BatchActivity> {
  readonly activity: Name;
  /** Its input but for the range. */
  readonly input: Omit<Parameters<Activities[Name]>[0], 'from' | 'to'>;
  readonly batches: Batches;
  /** The summary of each activity begins with it: `convert lmsys`. */
  readonly summary: string;
  /** What an item is: `piece`. */
  readonly noun: string;
}

/** Batches of one work that are done. */
export interface DoneBatches {
  readonly done: number;
  readonly counts: Counts;
}

export const nothingDone: DoneBatches = { done: 0, counts: {} };

/** Both together. */
export function withDone(one: DoneBatches, other: DoneBatches): DoneBatches {
  const names = new Set([...Object.keys(one.counts), ...Object.keys(other.counts)]);
  const counts = [...names].map(
    (name) => [name, (one.counts[name] ?? 0) + (other.counts[name] ?? 0)] as const,
  );
  return { done: one.done + other.done, counts: Object.fromEntries(counts) };
}

import type { Side, Volume } from '../../../core/contracts/mix.js';
import { totalVolume } from '../../../core/mix/volumes.js';
import type { MixCountMeta } from '../format/mix-count.js';

/** The counts of all partitions together. */
export function sumOfCounts(counts: readonly MixCountMeta[]): MixCountMeta {
  const candidatesOf = (side: Side): MixCountMeta['candidates'][Side] => {
    const own = counts.map(({ candidates }) => candidates[side]);
    return {
      rows: sumOfRows(own.map(({ rows }) => rows)),
      volumes: sumOfVolumes(own.map(({ volumes }) => volumes)),
    };
  };
  const duplicates = counts.map((count) => count.duplicates);
  return {
    candidates: { train: candidatesOf('train'), heldout: candidatesOf('heldout') },
    duplicates: {
      won: sumOfWon(duplicates.map(({ won }) => won)),
      volumes: sumOfVolumes(duplicates.map(({ volumes }) => volumes)),
    },
  };
}

/** @param lists - of each partition, the volumes of each source. */
export function sumOfVolumes(lists: readonly (readonly Volume[])[]): readonly Volume[] {
  return (lists[0] ?? []).map((_, source) => totalVolume(lists.flatMap((list) => list[source] ?? [])));
}

function sumOfRows(lists: readonly (readonly number[])[]): readonly number[] {
  return (lists[0] ?? []).map((_, source) => lists.reduce((sum, list) => sum + (list[source] ?? 0), 0));
}

type Won = MixCountMeta['duplicates']['won'];

function sumOfWon(lists: readonly Won[]): Won {
  return (lists[0] ?? []).map((_, source) => {
    const sums = new Map<number, number>();
    for (const list of lists)
      for (const [winner, rows] of list[source] ?? []) sums.set(winner, (sums.get(winner) ?? 0) + rows);
    return [...sums].sort(([a], [b]) => a - b);
  });
}

import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { readRange } from '../../../files/read-range.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { partitionRows, partitionTableName, readRanges, type RunRange } from '../format/partition-table.js';

/**
 * Reads the table of a mix plan for partitions `[from, to)`.
 *
 * @param runs - how many sorted runs the plan has.
 * @returns the part of each sorted run that belongs to a partition, by the partition's number.
 * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError.
 */
export async function partitionRanges(
  store: ArtifactStore,
  plan: ArtifactRef,
  runs: number,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<(partition: number) => readonly RunRange[]> {
  const artifact = await store.get(plan);
  const own = { from: partitionRows(from, runs).from, to: partitionRows(to - 1, runs).to };
  const wanted = { artifact, file: partitionTableName, ranges: [own] };
  const rows = await store.bring([wanted], ([path = '']) => readRange(path, own.from, own.to));
  return (partition) => {
    const { from: start, to: end } = partitionRows(partition, runs);
    return readRanges(rows.subarray(start - own.from, end - own.from));
  };
}

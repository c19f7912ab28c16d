import { join } from 'node:path';
import { cellCount } from '../../../core/mix/shuffle-sizes.js';
import { FileWriter } from '../../../files/file-writer.js';
import { cellOf } from '../../convert/output/cell-table.js';
import { copiesEntriesName, copiesLinesName, type MixCopiesMeta } from '../format/mix-copies.js';
import type { Limit } from '../format/mix-decision.js';
import { mixEntryAt } from '../format/mix-entry.js';
import { chosenRows } from './choose-lines.js';
import { CopyMaker, mergeSorted } from './copies.js';

/** Input of {@link copyRows}. */
export interface CopyRowsInput {
  /** The candidates of the group's partitions. */
  readonly candidates: readonly string[];
  /** Of each source in recipe order. */
  readonly limits: readonly Limit[];
  readonly repeats: readonly number[];
  /** Of all sorted runs, as entries number them; those of sources that are not repeated are not read. */
  readonly linesPaths: readonly string[];
  /** The number of the group's copies among the sorted runs. */
  readonly sortedRun: number;
  readonly seed: number;
  /** How many there are. */
  readonly partitions: number;
  /** An empty folder, which the job fills with the files of a `mix-copies`. */
  readonly dir: string;
  /** An empty folder for intermediate files. */
  readonly scratch: string;
}

/**
 * Makes the further copies of the chosen rows of some partitions. A job for a thread.
 *
 * @throws {HeadraceError} ArtifactCorruptError where a line has changed since its conversion.
 */
export async function copyRows(input: CopyRowsInput): Promise<MixCopiesMeta> {
  const copies = new CopyMaker(input.linesPaths, input.seed, input.scratch);
  for (const path of input.candidates)
    for (const entry of chosenRows(path, input.limits)) {
      const repeat = input.repeats[entry.readUInt16LE(mixEntryAt.source)] ?? 1;
      if (repeat > 1) copies.add(entry, repeat);
    }
  const entries = new FileWriter(join(input.dir, copiesEntriesName));
  const lines = new FileWriter(join(input.dir, copiesLinesName));
  const starts: { readonly entry: number; readonly byte: number }[] = [];
  let count = 0;
  const startUpTo = (partition: number): void => {
    while (starts.length <= partition) starts.push({ entry: count, byte: lines.bytes });
  };
  for (const entry of mergeSorted(copies.finish())) {
    startUpTo(Math.floor((cellOf(entry, mixEntryAt.order) * input.partitions) / cellCount));
    const line = copies.readLine(entry);
    entry.writeUIntLE(lines.bytes, mixEntryAt.offset, 6);
    entry.writeUInt32LE(input.sortedRun, mixEntryAt.sortedRun);
    entries.write(entry);
    lines.write(line);
    lines.writeText('\n');
    count += 1;
  }
  startUpTo(input.partitions);
  copies.close();
  entries.close();
  lines.close();
  return { starts };
}

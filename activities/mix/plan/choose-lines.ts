import type { Side } from '../../../core/contracts/mix.js';
import { readEntries, type EntryRange } from '../format/entry-file.js';
import { mixEntryAt } from '../format/mix-entry.js';
import type { Limit } from '../format/mix-decision.js';
import type { MixPartMeta } from '../format/mix-part.js';
import { mergeSorted } from './copies.js';
import { PartWriter } from './part-writer.js';

/** Input of {@link chooseLines}. */
export interface ChooseLinesInput {
  /** The candidates of the partition. */
  readonly candidates: Readonly<Record<Side, string>>;
  /** Of each source in recipe order. */
  readonly limits: Readonly<Record<Side, readonly Limit[]>>;
  /** Further copies of rows whose keys are in the partition. */
  readonly copies: readonly (EntryRange & { readonly path: string })[];
  readonly bucketBytes: number;
  /** An empty folder, which the job fills with the entries and origins of a `mix-part`. */
  readonly dir: string;
}

/** Chooses the lines of one partition and puts them into their order. A job for a thread. */
export async function chooseLines(input: ChooseLinesInput): Promise<MixPartMeta> {
  const { candidates, limits, copies, bucketBytes, dir } = input;
  const writer = new PartWriter(dir, limits.train.length, bucketBytes);
  const rows = chosenRows(candidates.train, limits.train);
  const streams = copies.map(({ path, ...range }) => readEntries(path, range));
  const train = writer.writeSide(streams.length === 0 ? rows : mergeSorted([rows, ...streams]));
  const heldout = writer.writeSide(chosenRows(candidates.heldout, limits.heldout));
  writer.close();
  return {
    sides: { train: train.side, heldout: heldout.side },
    volumes: { train: train.volumes, heldout: heldout.volumes },
  };
}

const keyEnd = mixEntryAt.selection + 16;

/** The entries that stay, in the order of the file. */
export function* chosenRows(path: string, limits: readonly Limit[]): Generator<Buffer> {
  const keys = limits.map((limit) =>
    limit === 'all' || limit === 'none' ? limit : Buffer.from(limit, 'hex'),
  );
  for (const entry of readEntries(path)) {
    const limit = keys[entry.readUInt16LE(mixEntryAt.source)] ?? 'none';
    const isChosen =
      typeof limit === 'string'
        ? limit === 'all'
        : entry.compare(limit, 0, limit.length, mixEntryAt.selection, keyEnd) <= 0;
    if (isChosen) yield entry;
  }
}

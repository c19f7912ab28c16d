import { join } from 'node:path';
import { sides, type Side } from '../../../core/contracts/mix.js';
import { heldoutThreshold } from '../../../core/mix/heldout.js';
import { FileWriter } from '../../../files/file-writer.js';
import { entryAt } from '../../convert/output/sorted-run-format.js';
import { candidatesName, selectionName, type MixCountMeta, type SelectionList } from '../format/mix-count.js';
import { mixEntryAt, mixEntryBytes } from '../format/mix-entry.js';
import { mergePartition, type CellRange, type RunPart } from './merge-partition.js';
import { SelectionKeys } from './selection-keys.js';
import { VolumeTally } from './volume-tally.js';

/** Input of {@link countPartition}. */
export interface CountPartitionInput {
  /** The number of sources in the recipe. */
  readonly sources: number;
  readonly parts: readonly RunPart[];
  /** Those of the partition. */
  readonly cells: CellRange;
  readonly heldoutFraction: number;
  /** The rows of which only some may stay. */
  readonly lists: readonly SelectionList[];
  /** An empty folder, which the job fills with the files of a `mix-count`. */
  readonly dir: string;
}

/** The unique conversations of one side, before caps and shares. */
class Candidates {
  readonly #file: FileWriter;
  readonly #rows: number[];
  readonly volumes: VolumeTally;

  constructor(path: string, sources: number) {
    this.#file = new FileWriter(path);
    this.#rows = Array.from({ length: sources }, () => 0);
    this.volumes = new VolumeTally(sources);
  }

  add(entry: Buffer): void {
    const source = entry.readUInt16LE(mixEntryAt.source);
    this.#rows[source] = (this.#rows[source] ?? 0) + 1;
    this.#file.write(entry);
    this.volumes.addEntry(entry);
  }

  close(): MixCountMeta['candidates'][Side] {
    this.#file.close();
    return { rows: this.#rows, volumes: this.volumes.all };
  }
}

/**
 * Assigns every converted conversation of a partition to training, to the held-out rows, or to the
 * duplicates. Equal conversations have equal keys, so they are in one partition. A job for a thread.
 *
 * @throws {HeadraceError} ArtifactCorruptError where entries have changed since their conversion.
 */
export async function countPartition(input: CountPartitionInput): Promise<MixCountMeta> {
  const { sources, parts, cells, dir } = input;
  const candidatesOf = (side: Side): Candidates => new Candidates(join(dir, candidatesName(side)), sources);
  const candidates = { train: candidatesOf('train'), heldout: candidatesOf('heldout') };
  const keys = input.lists.map(() => new SelectionKeys());
  const listOf = listNumbers(input.lists, sources);
  const won = Array.from({ length: sources }, () => new Map<number, number>());
  const duplicates = new VolumeTally(sources);
  const threshold = heldoutThreshold(input.heldoutFraction);
  const made = Buffer.alloc(mixEntryBytes);
  mergePartition(parts, cells, {
    onWinner(entry, part) {
      fillMixEntry(made, entry, part);
      const side = entry.readUIntBE(entryAt.heldout, 6) < threshold ? 'heldout' : 'train';
      candidates[side].add(made);
      keys[listOf[side][part.source] ?? -1]?.add(made);
    },
    onDuplicate(entry, source, winner) {
      const wonBy = won[source];
      wonBy?.set(winner, (wonBy.get(winner) ?? 0) + 1);
      const length = entry.readUInt32LE(entryAt.length);
      duplicates.add(source, length, entry.readUInt32LE(entryAt.assistantChars));
    },
  });
  if (keys.length > 0) writeKeys(join(dir, selectionName), keys);
  return {
    candidates: { train: candidates.train.close(), heldout: candidates.heldout.close() },
    duplicates: { won: won.map((wonBy) => [...wonBy]), volumes: duplicates.all },
  };
}

/** The number of the list of each source; −1 where it has none. */
function listNumbers(
  lists: readonly SelectionList[],
  sources: number,
): Readonly<Record<Side, readonly number[]>> {
  const [train, heldout] = sides.map((side) =>
    Array.from({ length: sources }, (_, source) =>
      lists.findIndex((list) => list.side === side && list.source === source),
    ),
  );
  return { train: train ?? [], heldout: heldout ?? [] };
}

/** Writes the tables of all lists, then their keys. */
function writeKeys(path: string, lists: readonly SelectionKeys[]): void {
  const file = new FileWriter(path);
  const sorted = lists.map((list) => list.sorted());
  for (const { table } of sorted) file.write(table);
  for (const { keys } of sorted) file.write(keys);
  file.close();
}

/** Fills `made`, the mix entry of an entry of a sorted run. */
function fillMixEntry(made: Buffer, entry: Buffer, { source, run, firstSlice }: RunPart): void {
  // Neighbouring fields have the same order in both formats, so one copy takes several of them.
  entry.copy(made, mixEntryAt.order, entryAt.digest, entryAt.heldout);
  entry.copy(made, mixEntryAt.offset, entryAt.offset, entryAt.slice);
  made.writeUInt16LE(source, mixEntryAt.source);
  made.writeUInt32LE(0, mixEntryAt.copy);
  made.writeUInt32LE(firstSlice + entry.readUInt32LE(entryAt.slice), mixEntryAt.slice);
  made.writeUInt32LE(entry.readUInt32LE(entryAt.row), mixEntryAt.row);
  made.writeUInt32LE(run, mixEntryAt.sortedRun);
  made.writeUInt32LE(entry.readUInt32LE(entryAt.crc), mixEntryAt.crc);
}

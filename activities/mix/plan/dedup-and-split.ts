import { join } from 'node:path';
import type { Side } from '../../../core/contracts/mix.js';
import { heldoutThreshold } from '../../../core/mix/heldout.js';
import { entryAt } from '../../convert/output/sorted-run-format.js';
import { mixEntryAt, mixEntryBytes } from '../format/mix-entry.js';
import { mergeSortedRuns, type SortedRun } from './merge-sorted-runs.js';
import { Selection } from './selection.js';
import { VolumeTally } from './volume-tally.js';

/** Input of {@link dedupAndSplit}. */
export interface DedupInput {
  /** The number of sources in the recipe. */
  readonly sources: number;
  readonly sortedRuns: readonly SortedRun[];
  readonly heldoutFraction: number;
  /** A folder for the candidates. */
  readonly scratch: string;
}

/** The unique conversations of one side, before caps and shares. */
interface Candidates {
  readonly rows: Selection;
  readonly volumes: VolumeTally;
}

interface Duplicates {
  /** Of each source: its duplicates by the position of the source that won them. */
  readonly won: readonly Map<number, number>[];
  readonly volumes: VolumeTally;
}

/** Result of {@link dedupAndSplit}. */
export interface DedupedRows extends Readonly<Record<Side, Candidates>> {
  readonly duplicates: Duplicates;
}

/** Assigns every converted conversation to training, to the held-out rows, or to the duplicates. */
export function dedupAndSplit({ sources, sortedRuns, heldoutFraction, scratch }: DedupInput): DedupedRows {
  const candidates = (side: Side): Candidates => ({
    rows: new Selection(join(scratch, side), sources),
    volumes: new VolumeTally(sources),
  });
  const [train, heldout] = [candidates('train'), candidates('heldout')];
  const won = Array.from({ length: sources }, () => new Map<number, number>());
  const duplicates: Duplicates = { won, volumes: new VolumeTally(sources) };
  const threshold = heldoutThreshold(heldoutFraction);
  const made = Buffer.alloc(mixEntryBytes);
  mergeSortedRuns(sortedRuns, {
    onWinner(entry, number) {
      const sortedRun = sortedRuns[number];
      if (sortedRun === undefined) throw new Error(`No sorted run ${number}`);
      fillMixEntry(made, entry, number, sortedRun);
      const side = entry.readUIntBE(entryAt.heldout, 6) < threshold ? heldout : train;
      side.rows.add(made);
      side.volumes.addEntry(made);
    },
    onDuplicate(entry, source, winner) {
      const wonBy = won[source];
      wonBy?.set(winner, (wonBy.get(winner) ?? 0) + 1);
      const length = entry.readUInt32LE(entryAt.length);
      duplicates.volumes.add(source, length, entry.readUInt32LE(entryAt.assistantChars));
    },
  });
  train.rows.close();
  heldout.rows.close();
  return { train, heldout, duplicates };
}

/** Fills `made`, the mix entry of an entry of a sorted run. */
function fillMixEntry(made: Buffer, entry: Buffer, number: number, { source, firstSlice }: SortedRun): void {
  // Neighbouring fields have the same order in both formats, so one copy takes several of them.
  entry.copy(made, mixEntryAt.order, entryAt.digest, entryAt.heldout);
  entry.copy(made, mixEntryAt.offset, entryAt.offset, entryAt.slice);
  made.writeUInt16LE(source, mixEntryAt.source);
  made.writeUInt32LE(0, mixEntryAt.copy);
  made.writeUInt32LE(firstSlice + entry.readUInt32LE(entryAt.slice), mixEntryAt.slice);
  made.writeUInt32LE(entry.readUInt32LE(entryAt.row), mixEntryAt.row);
  made.writeUInt32LE(number, mixEntryAt.sortedRun);
  made.writeUInt32LE(entry.readUInt32LE(entryAt.crc), mixEntryAt.crc);
}

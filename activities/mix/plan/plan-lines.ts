import { join } from 'node:path';
import type { FateOfConverted, Volume } from '../../../core/contracts/mix.js';
import { heldoutThreshold } from '../../../core/mix/heldout.js';
import { quotas, type Quota } from '../../../core/mix/quotas.js';
import { FileWriter } from '../../../files/file-writer.js';
import { entryAt } from '../../convert/output/sorted-run-format.js';
import { CopyMaker, mergeSorted } from './copies.js';
import { readEntries } from './entry-file.js';
import { mergeRuns, type RunFile } from './merge-sorted-runs.js';
import { mixEntryAt, mixEntryBytes, planEntriesName } from './mix-entry.js';
import { Selection } from './selection.js';

export interface PlanLinesSource {
  readonly name: string;
  readonly rows?: number;
  readonly share?: number;
  readonly repeat: number;
}

export interface PlanLinesInput {
  readonly seed: number;
  /** In recipe order. */
  readonly sources: readonly PlanLinesSource[];
  readonly runs: readonly RunFile[];
  readonly heldoutFraction: number;
  readonly heldoutRows?: number;
  readonly mixRows?: number;
  readonly rowsPerSource?: number;
  readonly bucketBytes: number;
  /** Gets `train.plan` and `heldout.plan`. */
  readonly dir: string;
  /** An empty folder for what is needed on the way. */
  readonly scratch: string;
}

/** A part of the output that one piece of work writes: entries `[from, to)` of a plan. */
export interface Bucket {
  readonly from: number;
  /** exclusive */
  readonly to: number;
  /** Size of the lines, newlines included. */
  readonly bytes: number;
}

/** What happened to one source's conversations. */
export interface SourceLines {
  /** Pairs of the winning source's position and the duplicates that it won. */
  readonly duplicatesBy: readonly (readonly [number, number])[];
  readonly heldout: number;
  readonly heldoutUnused: number;
  readonly available: number;
  readonly kept: number;
  readonly volumes: Readonly<Record<FateOfConverted, Volume>>;
  readonly limiting: boolean;
}

export interface PlannedLines {
  readonly sources: readonly SourceLines[];
  readonly train: readonly Bucket[];
  readonly heldout: readonly Bucket[];
}

/**
 * Decides every line of the mix from the indexes of the runs alone: dedup, held-out split, caps and shares, rows per
 * source, repeats, in this order. A job for a thread. Memory does not grow with the number of rows.
 *
 * @throws {HeadraceError} MixError where the shares cannot be met.
 */
export async function planLines(input: PlanLinesInput): Promise<PlannedLines> {
  const paths = { train: join(input.scratch, 'train'), heldout: join(input.scratch, 'heldout') };
  const { train, heldout, duplicates, volumes } = dedupAndSplit(input, paths);
  const quota = quotas(
    input.sources.map((source, index) => ({ ...source, available: train.available[index] ?? 0 })),
    input.mixRows,
    input.rowsPerSource,
  );
  train.choose(
    quota.map(({ take }) => take),
    paths.train,
  );
  const heldoutWanted = heldout.available.map((rows) => Math.min(rows, input.heldoutRows ?? Infinity));
  heldout.choose(heldoutWanted, paths.heldout);

  const [kept, heldOut] = [volumesOf(input), volumesOf(input)];
  const trainBuckets = writePlan(input, 'train', withCopies(input, selected(train, paths.train)), (entry) => {
    if (entry.readUInt32LE(mixEntryAt.copy) === 0) addEntry(kept, entry);
  });
  const heldoutBuckets = writePlan(input, 'heldout', selected(heldout, paths.heldout)(), (entry) =>
    addEntry(heldOut, entry),
  );
  return {
    train: trainBuckets,
    heldout: heldoutBuckets,
    sources: input.sources.map((_, index) => ({
      volumes: {
        duplicates: volumeAt(volumes.duplicates, index),
        heldout: volumeAt(heldOut, index),
        heldoutUnused: minus(volumeAt(volumes.heldout, index), volumeAt(heldOut, index)),
        notSelected: minus(volumeAt(volumes.train, index), volumeAt(kept, index)),
        kept: volumeAt(kept, index),
      },
      duplicatesBy: [...(duplicates[index] ?? [])],
      heldout: heldoutWanted[index] ?? 0,
      heldoutUnused: (heldout.available[index] ?? 0) - (heldoutWanted[index] ?? 0),
      available: train.available[index] ?? 0,
      ...keptOf(quota[index]),
    })),
  };
}

function keptOf(quota: Quota | undefined): { readonly kept: number; readonly limiting: boolean } {
  return { kept: quota?.take ?? 0, limiting: quota?.limiting ?? false };
}

type Sum = { -readonly [Key in keyof Volume]: Volume[Key] };

/** Nothing yet, of each source. */
function volumesOf({ sources }: PlanLinesInput): readonly Sum[] {
  return sources.map(() => ({ bytes: 0, assistantChars: 0 }));
}

function volumeAt(volumes: readonly Sum[], source: number): Sum {
  const volume = volumes[source];
  if (volume === undefined) throw new Error(`No source ${source}`);
  return volume;
}

function add(volume: Sum, length: number, assistantChars: number): void {
  volume.bytes += length + 1;
  volume.assistantChars += assistantChars;
}

/** Adds an entry of the plan to the volume of its source. */
function addEntry(volumes: readonly Sum[], entry: Buffer): void {
  add(
    volumeAt(volumes, entry.readUInt16LE(mixEntryAt.source)),
    entry.readUInt32LE(mixEntryAt.length),
    entry.readUInt32LE(mixEntryAt.assistantChars),
  );
}

function minus(all: Volume, some: Volume): Volume {
  return { bytes: all.bytes - some.bytes, assistantChars: all.assistantChars - some.assistantChars };
}

/** Writes the rows that are nobody's duplicate to two files, and counts them. */
function dedupAndSplit(input: PlanLinesInput, paths: { readonly train: string; readonly heldout: string }) {
  const duplicates = input.sources.map(() => new Map<number, number>());
  const files = { train: new FileWriter(paths.train), heldout: new FileWriter(paths.heldout) };
  const counts = {
    train: new Selection(input.sources.length),
    heldout: new Selection(input.sources.length),
  };
  const volumes = { train: volumesOf(input), heldout: volumesOf(input), duplicates: volumesOf(input) };
  const threshold = heldoutThreshold(input.heldoutFraction);
  const made = Buffer.alloc(mixEntryBytes);
  mergeRuns(input.runs, {
    onWinner(entry, run) {
      const file = input.runs[run];
      if (file === undefined) throw new Error(`No run ${run}`);
      // Digest, and from the offset to the length and the assistant's text: as in the run.
      entry.copy(made, 0, 0, entryAt.heldout);
      entry.copy(made, mixEntryAt.offset, entryAt.offset, entryAt.slice);
      made.writeUInt16LE(file.source, mixEntryAt.source);
      made.writeUInt32LE(0, mixEntryAt.copy);
      made.writeUInt32LE(file.firstSlice + entry.readUInt32LE(entryAt.slice), mixEntryAt.slice);
      made.writeUInt32LE(entry.readUInt32LE(entryAt.row), mixEntryAt.row);
      made.writeUInt32LE(run, mixEntryAt.run);
      made.writeUInt32LE(entry.readUInt32LE(entryAt.crc), mixEntryAt.crc);
      const side = entry.readUIntBE(entryAt.heldout, 6) < threshold ? 'heldout' : 'train';
      files[side].write(made);
      counts[side].count(made);
      addEntry(volumes[side], made);
    },
    onDuplicate(entry, source, winner) {
      add(
        volumeAt(volumes.duplicates, source),
        entry.readUInt32LE(entryAt.length),
        entry.readUInt32LE(entryAt.assistantChars),
      );
      const won = duplicates[source];
      won?.set(winner, (won.get(winner) ?? 0) + 1);
    },
  });
  files.train.close();
  files.heldout.close();
  return { ...counts, duplicates, volumes };
}

/** A stream of the selected entries, to be read more than once. */
function selected(selection: Selection, path: string): () => Generator<Buffer> {
  return function* () {
    for (const entry of readEntries(path)) if (selection.isSelected(entry)) yield entry;
  };
}

function withCopies(input: PlanLinesInput, rows: () => Generator<Buffer>): Iterable<Buffer> {
  if (input.sources.every(({ repeat }) => repeat === 1)) return rows();
  const linesPaths = input.runs.map(({ linesPath }) => linesPath);
  const copies = new CopyMaker(linesPaths, input.seed, input.scratch);
  for (const entry of rows()) {
    const { repeat } = input.sources[entry.readUInt16LE(mixEntryAt.source)] ?? { repeat: 1 };
    if (repeat > 1) copies.add(entry, repeat);
  }
  return mergeSorted([rows(), ...copies.finish()]);
}

function writePlan(
  input: PlanLinesInput,
  side: 'train' | 'heldout',
  entries: Iterable<Buffer>,
  onEntry: (entry: Buffer) => void,
): readonly Bucket[] {
  const file = new FileWriter(join(input.dir, planEntriesName(side)));
  const buckets: Bucket[] = [];
  let [from, to, bytes] = [0, 0, 0];
  for (const entry of entries) {
    const line = entry.readUInt32LE(mixEntryAt.length) + 1;
    if (bytes > 0 && bytes + line > input.bucketBytes) {
      buckets.push({ from, to, bytes });
      [from, bytes] = [to, 0];
    }
    bytes += line;
    to += 1;
    file.write(entry);
    onEntry(entry);
  }
  if (to > from) buckets.push({ from, to, bytes });
  file.close();
  return buckets;
}

import { join } from 'node:path';
import type { FateOfConverted, Side, Volume } from '../../../core/contracts/mix.js';
import { quotas, type Quota } from '../../../core/mix/quotas.js';
import { mixEntryAt, planEntriesName } from '../format/mix-entry.js';
import type { Bucket } from '../format/mix-plan.js';
import { CopyMaker, mergeSorted } from './copies.js';
import { dedupAndSplit } from './dedup-and-split.js';
import type { SortedRun } from './merge-sorted-runs.js';
import type { Selection } from './selection.js';
import { minus } from './volume-tally.js';
import { writeEntries, type WrittenEntries } from './write-entries.js';

interface PlanLinesSource {
  readonly name: string;
  readonly rows?: number;
  readonly share?: number;
  readonly repeat: number;
}

/** Input of {@link planLines}. */
export interface PlanLinesInput {
  readonly seed: number;
  /** In recipe order. */
  readonly sources: readonly PlanLinesSource[];
  readonly sortedRuns: readonly SortedRun[];
  readonly heldout: { readonly fraction: number; readonly rows?: number };
  readonly mixRows?: number;
  readonly rowsPerSource?: number;
  readonly bucketBytes: number;
  /** The folder for `train.plan` and `heldout.plan`. */
  readonly dir: string;
  /** An empty folder for intermediate files. */
  readonly scratch: string;
}

/** The fate of one source's conversations. */
interface SourceLines {
  /** Pairs of the winning source's position and the duplicates that it won. */
  readonly duplicatesBy: readonly (readonly [number, number])[];
  readonly heldout: number;
  readonly heldoutUnused: number;
  readonly available: number;
  readonly kept: number;
  readonly volumes: Readonly<Record<FateOfConverted, Volume>>;
  readonly limiting: boolean;
}

/** Result of {@link planLines}. */
export interface PlannedLines {
  readonly sources: readonly SourceLines[];
  readonly train: readonly Bucket[];
  readonly heldout: readonly Bucket[];
}

const noQuota: Quota = { take: 0, limiting: false };

/**
 * Decides every line of the mix from the indexes of the sorted runs alone: dedup, held-out split, caps and
 * shares, rows per source, repeats, in this order. A job for a thread. Memory does not grow with the number
 * of rows.
 *
 * @throws {HeadraceError} MixError where the shares cannot be met.
 */
export async function planLines(input: PlanLinesInput): Promise<PlannedLines> {
  const { train, heldout, duplicates } = dedupAndSplit({
    sources: input.sources.length,
    sortedRuns: input.sortedRuns,
    heldoutFraction: input.heldout.fraction,
    scratch: input.scratch,
  });
  const available = { train: train.rows.available, heldout: heldout.rows.available };
  const quotaOf = quotas(
    input.sources.map((source, index) => ({ ...source, available: available.train[index] ?? 0 })),
    input.mixRows,
    input.rowsPerSource,
  );
  const heldoutOf = available.heldout.map((rows) => Math.min(rows, input.heldout.rows ?? Infinity));
  train.rows.choose(quotaOf.map(({ take }) => take));
  heldout.rows.choose(heldoutOf);
  const kept = writeSide(input, 'train', withCopies(input, train.rows));
  const heldOut = writeSide(input, 'heldout', heldout.rows.chosen());
  const sources = input.sources.map((_, source): SourceLines => {
    const { take, limiting } = quotaOf[source] ?? noQuota;
    const heldoutRows = heldoutOf[source] ?? 0;
    return {
      duplicatesBy: [...(duplicates.won[source] ?? [])],
      heldout: heldoutRows,
      heldoutUnused: (available.heldout[source] ?? 0) - heldoutRows,
      available: available.train[source] ?? 0,
      kept: take,
      volumes: {
        duplicates: duplicates.volumes.of(source),
        heldout: heldOut.volumes.of(source),
        heldoutUnused: minus(heldout.volumes.of(source), heldOut.volumes.of(source)),
        notSelected: minus(train.volumes.of(source), kept.volumes.of(source)),
        kept: kept.volumes.of(source),
      },
      limiting,
    };
  });
  return { sources, train: kept.buckets, heldout: heldOut.buckets };
}

/** The chosen rows and their copies, in the order of their keys. */
function withCopies(input: PlanLinesInput, rows: Selection): Iterable<Buffer> {
  if (input.sources.every(({ repeat }) => repeat === 1)) return rows.chosen();
  const linesPaths = input.sortedRuns.map(({ linesPath }) => linesPath);
  const copies = new CopyMaker(linesPaths, input.seed, input.scratch);
  for (const entry of rows.chosen()) {
    const { repeat } = input.sources[entry.readUInt16LE(mixEntryAt.source)] ?? { repeat: 1 };
    if (repeat > 1) copies.add(entry, repeat);
  }
  return mergeSorted([rows.chosen(), ...copies.finish()]);
}

function writeSide(input: PlanLinesInput, side: Side, entries: Iterable<Buffer>): WrittenEntries {
  const path = join(input.dir, planEntriesName(side));
  return writeEntries(path, entries, input.sources.length, input.bucketBytes);
}

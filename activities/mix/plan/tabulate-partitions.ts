import { closeSync, openSync, writeFileSync } from 'node:fs';
import { HeadraceError } from '../../../core/errors.js';
import { cellCount } from '../../../core/mix/shuffle-sizes.js';
import { readFully } from '../../../files/read-fully.js';
import { cellIn, CellChecks, cellTableBytes } from '../../convert/output/cell-table.js';
import { entryBytes } from '../../convert/output/sorted-run-format.js';
import { partitionRows, writeRange } from '../format/partition-table.js';

/** Input of {@link tabulatePartitions}. */
export interface TabulateInput {
  /** Of all sorted runs of the plan, in its order. */
  readonly runs: readonly { readonly indexPath: string; readonly entries: number }[];
  readonly partitions: number;
  /** The file to write: see partition-table.ts. */
  readonly out: string;
}

/**
 * Finds the partitions in the sorted runs, from the tables of their cells alone. A job for a thread.
 *
 * @throws {HeadraceError} ArtifactCorruptError where a table does not match its run.
 */
export async function tabulatePartitions({ runs, partitions, out }: TabulateInput): Promise<null> {
  const { to: bytes } = partitionRows(partitions - 1, runs.length);
  const table = Buffer.alloc(bytes);
  for (const [run, { indexPath, entries }] of runs.entries()) {
    const cells = readCells(indexPath, entries);
    const ends = fillRun(table, cells, { run, runs: runs.length, partitions });
    if (ends !== entries)
      throw new HeadraceError(
        'ArtifactCorruptError',
        `The cells of ${indexPath} have ${ends} entries instead of ${entries}`,
      );
  }
  writeFileSync(out, table);
  return null;
}

function readCells(indexPath: string, entries: number): Buffer {
  const table = Buffer.allocUnsafe(cellTableBytes);
  const descriptor = openSync(indexPath, 'r');
  try {
    if (readFully(descriptor, table, entries * entryBytes) < table.length)
      throw new HeadraceError('ArtifactCorruptError', `${indexPath} ends within the table of its cells`);
  } finally {
    closeSync(descriptor);
  }
  return table;
}

interface RunPlace {
  readonly run: number;
  readonly runs: number;
  readonly partitions: number;
}

/** Fills the rows of one run. Returns the sum of its entries. */
function fillRun(table: Buffer, cells: Buffer, { run, runs, partitions }: RunPlace): number {
  const span = cellCount / partitions;
  let [first, start] = [0, 0];
  for (let partition = 0; partition < partitions; partition += 1) {
    const own = { from: partition * span, to: (partition + 1) * span };
    const checks = new CellChecks(own);
    let [entries, bytes] = [0, 0];
    for (let cell = own.from; cell < own.to; cell += 1) {
      const found = cellIn(cells, cell);
      entries += found.entries;
      bytes += found.bytes;
      checks.set(cell, found.crc);
    }
    writeRange(table, partition * runs + run, { first, entries, start, bytes, check: checks.finish() });
    first += entries;
    start += bytes;
  }
  return first;
}

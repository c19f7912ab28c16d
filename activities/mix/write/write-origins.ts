import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sides, type Side } from '../../../core/contracts/mix.js';
import { FileWriter } from '../../../files/file-writer.js';
import { readFully } from '../../../files/read-fully.js';
import { rejectsName } from '../../convert/output/rejects.js';
import { SliceTable } from '../../convert/output/slice-table.js';
import { readEntries } from '../format/entry-file.js';
import { mixEntryAt } from '../format/mix-entry.js';
import {
  provenanceAt,
  provenanceBytes,
  provenanceName,
  sourceBytes,
  sourcesName,
} from '../format/provenance.js';

/** Input of {@link writeOrigins}. */
export interface WriteOriginsInput {
  /** The plan's entries of each side. */
  readonly entriesPaths: Readonly<Record<Side, string>>;
  /** Of each source in recipe order. */
  readonly sources: readonly { readonly sliceTablePath: string; readonly rejectsPath: string }[];
  /** The folder to write to. */
  readonly dir: string;
}

/** Writes the provenance of every line of a mix, and the rejected rows of all sources. A job for a thread. */
export async function writeOrigins(input: WriteOriginsInput): Promise<null> {
  const tables = input.sources.map(({ sliceTablePath }) =>
    SliceTable.parse(JSON.parse(readFileSync(sliceTablePath, 'utf8'))),
  );
  for (const side of sides) writeProvenance(input, side, tables);
  const rejects = new FileWriter(join(input.dir, rejectsName));
  for (const { rejectsPath } of input.sources) appendFile(rejects, rejectsPath);
  rejects.close();
  return null;
}

function writeProvenance(input: WriteOriginsInput, side: Side, tables: readonly SliceTable[]): void {
  const sources = new FileWriter(join(input.dir, sourcesName(side)));
  const provenance = new FileWriter(join(input.dir, provenanceName(side)));
  const made = Buffer.alloc(provenanceBytes);
  for (const entry of readEntries(input.entriesPaths[side])) {
    const source = entry.readUInt16LE(mixEntryAt.source);
    const slice = tables[source]?.slices[entry.readUInt32LE(mixEntryAt.slice)];
    if (slice === undefined) throw new Error(`Source ${source} has no slice of an entry`);
    made.writeUInt16LE(source, provenanceAt.source);
    made.writeUInt32LE(slice.file, provenanceAt.file);
    made.writeUIntLE(slice.rowsBefore + entry.readUInt32LE(mixEntryAt.row), provenanceAt.row, 6);
    sources.write(made.subarray(0, sourceBytes));
    provenance.write(made);
  }
  sources.close();
  provenance.close();
}

const blockBytes = 256 * 1024;

function appendFile(to: FileWriter, path: string): void {
  const block = Buffer.allocUnsafeSlow(blockBytes);
  const descriptor = openSync(path, 'r');
  try {
    for (let at = 0; ;) {
      const read = readFully(descriptor, block, at);
      to.write(block.subarray(0, read));
      if (read < block.length) return;
      at += read;
    }
  } finally {
    closeSync(descriptor);
  }
}

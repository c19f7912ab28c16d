import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FileWriter } from '../convert/file-writer.js';
import { SegmentTable } from '../convert/segment-table.js';
import type { JobContext } from '../threads/thread-pool.js';
import { readEntries } from './entry-file.js';
import { readParts, type LinesPart } from './join-parts.js';
import { mixEntryAt, sides, type Side } from './mix-entry.js';
import { provenanceAt, provenanceBytes, provenanceName, sourcesName } from './provenance.js';

export interface AssembleSide {
  /** The plan's entries of this side. */
  readonly entriesPath: string;
  readonly lines: number;
  readonly parts: readonly LinesPart[];
}
export interface AssembleInput {
  readonly sides: Readonly<Record<Side, AssembleSide>>;
  /** Of each source in recipe order. */
  readonly sources: readonly { readonly segmentTablePath: string; readonly rejectsPath: string }[];
  /** The folder to write to. */
  readonly dir: string;
}
export interface AssembledFile {
  readonly lines: number;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** Hashes the lines of a mix, and writes provenance and rejects. A job for a thread. */
export async function assembleMix(
  input: AssembleInput,
  context: JobContext,
): Promise<Record<Side, AssembledFile>> {
  let done = 0;
  const digested = ({ lines, parts }: AssembleSide): AssembledFile => {
    const hash = createHash('sha256');
    const before = done;
    for (const block of readParts(parts)) {
      hash.update(block);
      done += block.length;
      context.progress(done);
    }
    return { lines, bytes: done - before, sha256: hash.digest('hex') };
  };
  const assembled = { train: digested(input.sides.train), heldout: digested(input.sides.heldout) };
  const tables = input.sources.map(({ segmentTablePath }) =>
    SegmentTable.parse(JSON.parse(readFileSync(segmentTablePath, 'utf8'))),
  );
  for (const side of sides) writeProvenance(input, side, tables);
  const rejects = new FileWriter(join(input.dir, 'rejects.jsonl'));
  const lists = input.sources.map(({ rejectsPath: path }) => ({ path, bytes: statSync(path).size }));
  for (const block of readParts(lists)) rejects.write(block);
  rejects.close();
  return assembled;
}

function writeProvenance(input: AssembleInput, side: Side, tables: readonly SegmentTable[]): void {
  const sources = new FileWriter(join(input.dir, sourcesName(side)));
  const provenance = new FileWriter(join(input.dir, provenanceName(side)));
  const made = Buffer.alloc(provenanceBytes);
  for (const entry of readEntries(input.sides[side].entriesPath)) {
    const source = entry.readUInt16LE(mixEntryAt.source);
    const segment = tables[source]?.segments[entry.readUInt32LE(mixEntryAt.segment)];
    if (segment === undefined) throw new Error(`Source ${source} has no such segment`);
    made.writeUInt16LE(source, provenanceAt.source);
    made.writeUInt32LE(segment.file, provenanceAt.file);
    made.writeUIntLE(segment.rowsBefore + entry.readUInt32LE(mixEntryAt.row), provenanceAt.row, 6);
    sources.write(made.subarray(0, 2));
    provenance.write(made);
  }
  sources.close();
  provenance.close();
}

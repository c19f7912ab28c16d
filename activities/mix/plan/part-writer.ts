import { join } from 'node:path';
import type { Volume } from '../../../core/contracts/mix.js';
import { FileWriter } from '../../../files/file-writer.js';
import { mixEntryAt } from '../format/mix-entry.js';
import { entriesName, originsName, type Bucket, type PartSide } from '../format/mix-part.js';
import { originAt, originBytes } from '../format/origin.js';
import { VolumeTally } from './volume-tally.js';

/** Result of {@link PartWriter.writeSide}. */
export interface WrittenSide {
  readonly side: PartSide;
  /** Of each source; each conversation once, without further copies. */
  readonly volumes: readonly Volume[];
}

/** Writes the entries of a part and their origins, and cuts them into buckets. */
export class PartWriter {
  readonly #entries: FileWriter;
  readonly #origins: FileWriter;
  readonly #sources: number;
  readonly #bucketBytes: number;
  #written = 0;

  /** @param bucketBytes - the most bytes of a bucket's lines, unless one line is longer. */
  constructor(dir: string, sources: number, bucketBytes: number) {
    this.#entries = new FileWriter(join(dir, entriesName));
    this.#origins = new FileWriter(join(dir, originsName));
    this.#sources = sources;
    this.#bucketBytes = bucketBytes;
  }

  /** Writes the next side. @param entries - in the order of their lines. */
  writeSide(entries: Iterable<Buffer>): WrittenSide {
    const volumes = new VolumeTally(this.#sources);
    const origin = Buffer.alloc(originBytes);
    const buckets: Bucket[] = [];
    const first = this.#written;
    let [from, to, bytes, all] = [first, first, 0, 0];
    for (const entry of entries) {
      const lineBytes = entry.readUInt32LE(mixEntryAt.length) + 1;
      if (bytes > 0 && bytes + lineBytes > this.#bucketBytes) {
        buckets.push({ from, to, bytes });
        [from, bytes] = [to, 0];
      }
      bytes += lineBytes;
      all += lineBytes;
      to += 1;
      this.#entries.write(entry);
      entry.copy(origin, originAt.source, mixEntryAt.source, mixEntryAt.source + 2);
      entry.copy(origin, originAt.slice, mixEntryAt.slice, mixEntryAt.slice + 8);
      this.#origins.write(origin);
      if (entry.readUInt32LE(mixEntryAt.copy) === 0) volumes.addEntry(entry);
    }
    if (to > from) buckets.push({ from, to, bytes });
    this.#written = to;
    return { side: { lines: to - first, bytes: all, buckets }, volumes: volumes.all };
  }

  close(): void {
    this.#entries.close();
    this.#origins.close();
  }
}

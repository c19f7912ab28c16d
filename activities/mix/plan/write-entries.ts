import { FileWriter } from '../../../files/file-writer.js';
import { mixEntryAt } from '../format/mix-entry.js';
import type { Bucket } from '../format/mix-plan.js';
import { VolumeTally } from './volume-tally.js';

/** Result of {@link writeEntries}. */
export interface WrittenEntries {
  readonly buckets: readonly Bucket[];
  /** Each conversation once, without further copies. */
  readonly volumes: VolumeTally;
}

/**
 * Writes the entries of one side and cuts them into buckets.
 *
 * @param bucketBytes - the most bytes of a bucket's lines, unless one line is longer.
 */
export function writeEntries(
  path: string,
  entries: Iterable<Buffer>,
  sources: number,
  bucketBytes: number,
): WrittenEntries {
  const file = new FileWriter(path);
  const volumes = new VolumeTally(sources);
  const buckets: Bucket[] = [];
  let [from, to, bytes] = [0, 0, 0];
  for (const entry of entries) {
    const lineBytes = entry.readUInt32LE(mixEntryAt.length) + 1;
    if (bytes > 0 && bytes + lineBytes > bucketBytes) {
      buckets.push({ from, to, bytes });
      [from, bytes] = [to, 0];
    }
    bytes += lineBytes;
    to += 1;
    file.write(entry);
    if (entry.readUInt32LE(mixEntryAt.copy) === 0) volumes.addEntry(entry);
  }
  if (to > from) buckets.push({ from, to, bytes });
  file.close();
  return { buckets, volumes };
}

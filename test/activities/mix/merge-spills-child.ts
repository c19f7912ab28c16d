import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mixEntryBytes } from '../../../activities/mix/format/mix-entry.js';
import { readEntries } from '../../../activities/mix/format/entry-file.js';
import { mergeSorted } from '../../../activities/mix/plan/copies.js';

// Run by a test: writes 300 files of three entries each, merges them, and prints the keys' first bytes.
const [dir = ''] = process.argv.slice(2);
const paths = Array.from({ length: 300 }, (_, index) => {
  const entries = Buffer.alloc(3 * mixEntryBytes);
  for (let at = 0; at < 3; at += 1) entries.writeUInt32BE(at * 300 + index, at * mixEntryBytes);
  const path = join(dir, `spill-${index}`);
  writeFileSync(path, entries);
  return path;
});
const keys = Array.from(mergeSorted(paths.map((path) => readEntries(path))), (entry) =>
  entry.readUInt32BE(0),
);
process.stdout.write(JSON.stringify(keys));

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { canonicalLine } from '../../../core/convert/conversation/canonical-line.js';
import { digestPrefix } from '../../../core/mix/order-key.js';
import { noFacts } from '../../../core/convert/findings/facts.js';
import { arenaBytes } from '../../../activities/convert/json-bytes/json-bytes.js';
import {
  entryAt,
  entryBytes,
  indexName,
  linesName,
} from '../../../activities/convert/output/sorted-run-format.js';
import { SortedRunWriter } from '../../../activities/convert/output/sorted-run-writer.js';
import { parsedRow } from '../../../activities/convert/rows/converted-row.js';
import { crc32 } from '../../../files/crc32.js';
import { temporaryFolder } from '../../support/folder.js';
import { assistant, user } from '../../support/mix-artifact.js';

const seed = 5;

/** The lines of a sorted run, after each entry was checked against its line. */
function linesOf(dir: string, sortedRun: number, entries: number): readonly string[] {
  const index = readFileSync(join(dir, indexName(sortedRun)));
  const text = readFileSync(join(dir, linesName(sortedRun)));
  const lines: string[] = [];
  let [end, before] = [0, Buffer.alloc(0)];
  for (let at = 0; at < entries * entryBytes; at += entryBytes) {
    assert.equal(index.readUIntLE(at + entryAt.offset, 6), end);
    const line = text.subarray(end, end + index.readUInt32LE(at + entryAt.length));
    const digest = createHash('sha256').update(digestPrefix(seed)).update(line).digest();
    assert.ok(digest.equals(index.subarray(at, at + digest.length)) && before.compare(digest) < 0);
    assert.equal(index.readUInt32LE(at + entryAt.crc), crc32(line));
    assert.equal(text.toString('latin1', end + line.length, end + line.length + 1), '\n');
    lines.push(line.toString());
    [end, before] = [end + line.length + 1, digest];
  }
  assert.equal(end, text.length);
  return lines;
}

void test('a line longer than the arena is a sorted run of its own, between those of the other lines', async () => {
  const dir = await temporaryFolder();
  const writer = new SortedRunWriter(dir, seed);
  const long = 'é"'.repeat(arenaBytes / 2);
  const contents = Array.from({ length: 3000 }, (_, at) => `answer ${at}`);
  contents[1500] = long;
  const lines = contents.map((content) => {
    const conversation = { messages: [user('q'), assistant(content)] };
    writer.add(parsedRow({ conversation, facts: noFacts }), 0, 1);
    return canonicalLine(conversation);
  });
  const sizes = writer.finish();
  assert.deepEqual(
    sizes.map(({ entries }) => entries),
    [1500, 1, 1499],
  );
  const written = sizes.map(({ entries }, sortedRun) => linesOf(dir, sortedRun, entries));
  assert.deepEqual(
    written.map((run) => [...run].sort()),
    [lines.slice(0, 1500).sort(), [lines[1500]], lines.slice(1501).sort()],
  );
});

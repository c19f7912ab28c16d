import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchCount, batchesOf, mostBatchesInHistory } from '../../core/batches.js';
import { shapeOf } from '../../core/forecast/shape.js';
import { assertBoundedHistory, type HistorySize } from '../support/history.js';
import { useTemporal } from '../support/temporal.js';
import { fakeActivities, recipeOf, trainYaml } from '../workflows/fake-activities.js';
import { withRun } from '../workflows/runs.js';

const temporal = useTemporal();

/** Batches are many: a line of progress after so many. */
const shownEvery = 500;

void test('a run over a terabyte keeps every history below 10,000 events and every payload below 64 KiB', async (t) => {
  const bytes = 1e12;
  const files = Array.from({ length: 1000 }, () => 1e9);
  const shape = shapeOf({
    sources: [{ files, lines: bytes / 2048, lineBytes: bytes }],
    heldoutFraction: 0.01,
    workers: 100,
    isDetected: true,
    tokens: { perByte: 0.25, tokenizerBytes: 11e6 },
  });
  const downloads = batchesOf(files.length, bytes);
  const pieces = shape.sources[0]?.batches;
  assert.ok(pieces !== undefined);
  const { partitionBatches, tokenBatches } = shape;
  const fake = fakeActivities();
  const small = { ...fake.activities };
  let done = 0;
  const counted = async <Result>(batch: Promise<Result>): Promise<Result> => {
    const result = await batch;
    done += 1;
    if (done % shownEvery === 0) process.stderr.write(`${done} batches are done\n`);
    return result;
  };
  Object.assign(fake.activities, {
    resolveSource: async (...input) => ({ ...(await small.resolveSource(...input)), downloads }),
    downloadFiles: (...input) => counted(small.downloadFiles(...input)),
    planConversion: async (...input) => ({ ...(await small.planConversion(...input)), pieces }),
    convertPieces: (...input) => counted(small.convertPieces(...input)),
    planMix: async (...input) => ({ ...(await small.planMix(...input)), partitions: partitionBatches }),
    countPartitions: (...input) => counted(small.countPartitions(...input)),
    writePartitions: (...input) => counted(small.writePartitions(...input)),
    planTokens: async (...input) => ({ ...(await small.planTokens(...input)), pieces: tokenBatches }),
    tokenisePieces: (...input) => counted(small.tokenisePieces(...input)),
  } satisfies Partial<typeof small>);
  await withRun(temporal(), recipeOf('terabyte', ['a'], trainYaml), fake, async (handle) => {
    await handle.result();
    const run = handle.workflowId;
    const works = [
      [`${run}/source/a/downloadFiles`, downloads],
      [`${run}/source/a/convertPieces`, pieces],
      [`${run}/countPartitions`, partitionBatches],
      [`${run}/writePartitions`, partitionBatches],
      [`${run}/tokenisePieces`, tokenBatches],
    ] as const;
    const workflows = [run, `${run}/source/a`, `${run}/train`];
    for (const [work, batches] of works) {
      const count = batchCount(batches);
      assert.ok(count > 900 && count < 1100, `${work} has ${count} batches`);
      for (let from = 0; from < count; from += mostBatchesInHistory)
        workflows.push(`${work}/${from + 1}-${Math.min(count, from + mostBatchesInHistory)}`);
    }
    const sizes: HistorySize[] = [];
    for (const id of workflows) sizes.push(await assertBoundedHistory(temporal().client, id));
    const events = Math.max(...sizes.map((size) => size.events));
    const largest = Math.max(...sizes.map((size) => size.largest));
    t.diagnostic(
      `${done} calls of batches in ${workflows.length} histories: at most ${events} events, payloads of ${largest} bytes`,
    );
  });
});

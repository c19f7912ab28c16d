import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openOutputs } from '../../../activities/outputs/outputs.js';
import { temporaryFolder } from '../../support/folder.js';
import { openTestStore } from '../../support/s3-store.js';
import { s3Server } from '../../support/s3.js';
import { startServer } from '../../support/tinker-server.js';
import { activities, linesIn, prepare, segment, trainTo } from '../../support/training.js';
import { quietWork } from '../../support/work.js';

const names = ['metrics.jsonl', 'checkpoints.jsonl', 'samples.jsonl'] as const;

void test('a training on a store in a bucket goes on at another machine, with the steps, losses and results of one disk', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const onDisk = await prepare(server);
  const [, last] = await trainTo(server, onDisk, [3, 8], 'nothing');
  assert.ok(last);
  const measure = { plan: onDisk.training.plan, mix: onDisk.mix, checkpoint: last };
  const onDiskWorker = activities(server, onDisk.store);
  const measured = await onDiskWorker.evaluate({ ...measure, out: onDisk.out }, quietWork());
  await onDiskWorker.close();

  const s3 = await s3Server(t);
  const { store: first } = await openTestStore(s3);
  const out = `${s3.place}/runs/r`;
  const prepared = { ...(await prepare(server, {}, { store: first })), out };
  assert.deepEqual(prepared.training.plan, onDisk.training.plan);
  const worker = activities(server, first);
  await segment(worker, prepared, null, 3);
  await worker.close();

  const { store } = await openTestStore(s3, { HEADRACE_CACHE: join(await temporaryFolder(t), 'other') });
  const other = activities(server, store);
  const { plan } = prepared.training;
  const found = await other.findRecords({ plan, out }, quietWork());
  assert.equal(found.steps, 3, 'the other machine finds what the first has recorded');
  const whole = await segment(other, { ...prepared, store }, found.last, 8);
  const evaluated = await other.evaluate({ plan, mix: prepared.mix, checkpoint: whole, out }, quietWork());
  await other.close();
  assert.equal(await server.fileDigest(whole.samplerPath), await server.fileDigest(last.samplerPath));
  assert.equal(evaluated.heldoutNll, measured.heldoutNll);

  const outputs = openOutputs(store, out);
  const withoutPaths = (line: unknown): unknown =>
    JSON.parse(JSON.stringify(line).replaceAll(/tinker:[^"]*/g, ''));
  for (const name of names) {
    const text = (await outputs.read(name)) ?? '';
    const lines = text
      .split('\n')
      .slice(0, -1)
      .map((line): unknown => JSON.parse(line));
    assert.deepEqual(lines.map(withoutPaths), (await linesIn(onDisk.out, name)).map(withoutPaths), name);
  }
});

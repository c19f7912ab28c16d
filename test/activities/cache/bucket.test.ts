import assert from 'node:assert/strict';
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createHubAccess } from '../../../activities/hub/hub-access.js';
import { importSource } from '../../../activities/hub/import/import-source.js';
import { createHubActivities } from '../../../activities/hub/index.js';
import { surveyStore } from '../../../client/cache/survey.js';
import { removeDamaged, verifyStore } from '../../../client/cache/verify.js';
import { temporaryFolder } from '../../support/folder.js';
import { sourceOf } from '../../support/local-sources.js';
import { bytesOf, newRef, openTestStore, putFiles } from '../../support/s3-store.js';
import { s3Server } from '../../support/s3.js';
import { quietWork } from '../../support/work.js';

async function flipByte(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, at);
  await file.close();
}

void test('a store in a bucket is surveyed, and its damage is found, removed and sent or made again', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  assert.ok(store.medium.kind === 'objects');
  const { objects } = store.medium;
  const folder = await temporaryFolder(t);
  const path = join(folder, 'a.jsonl');
  await writeFile(path, bytesOf('a', 20_000_000));
  const out = `${s3.place}/runs/r`;
  const hub = createHubAccess({ store, env: {} });
  const send = async (): Promise<number> => {
    const imported = { name: 's', patterns: [path], out };
    return (await importSource(hub, objects, imported, quietWork())).sentBytes;
  };
  assert.equal(await send(), 20_000_000);
  await createHubActivities(hub).resolveSource({ source: sourceOf('s', { files: path }), out }, quietWork());
  const ref = newRef();
  const files = { small: 'small', large: bytesOf('large', 9_000_000) };
  const artifact = await putFiles(store, files, ref);
  await objects.put(`artifacts/piece/00/${'0'.repeat(64)}/writer/begun`, Buffer.from('begun'));

  const survey = await surveyStore(store);
  const [file] = survey.repositories[0]?.files ?? [];
  assert.deepEqual(
    survey.repositories.map(({ id, kind, files: own }) => [id, kind, own.length]),
    [['imported files', 'other', 1]],
  );
  assert.deepEqual([file?.kind, file?.uses[0]?.source, file?.uses[0]?.out], ['file', 's', out]);
  assert.deepEqual(survey.artifacts.map(({ kind }) => kind).sort(), ['piece', 'resolution']);
  assert.deepEqual(
    survey.orphans.map(({ key, files: left, sizeBytes }) => [key, left, sizeBytes]),
    [['0'.repeat(64), 1, 5]],
  );

  const intact = await verifyStore(store, () => undefined);
  assert.deepEqual([intact.files, intact.artifacts, intact.damaged], [1, 2, []]);
  const inBucket = (place: string): string => place.replace(`s3://${s3.bucket}`, s3.bucketDir);
  await flipByte(join(inBucket(file?.path ?? ''), '000001'), 5);
  await rm(inBucket(await store.placeOf(artifact, 'large')));
  const { damaged } = await verifyStore(store, () => undefined);
  assert.deepEqual(
    damaged.map(({ why }) => why),
    [
      'its bytes from 16777216 on are missing or not those that were verified',
      'large is missing or not what was written, from byte 0 on',
    ],
  );
  await removeDamaged(store, damaged);
  assert.equal(await send(), 20_000_000 - (16 << 20), 'the chunk that was damaged is sent again');
  assert.equal(await store.find(ref), undefined);
  await putFiles(store, files, ref);
  assert.deepEqual((await verifyStore(store, () => undefined)).damaged, []);
});

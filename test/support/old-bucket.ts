import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openStore } from '../../activities/artifacts/open-store.js';
import type { S3Store } from '../../activities/artifacts/s3/s3-store.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { findGarbage, type Garbage } from '../../client/cache/collect.js';
import { openTestStore } from './s3-store.js';
import { s3Server, type TestS3 } from './s3.js';

/** Makes everything in the bucket as old as that, uploads included. */
export async function ageBucket({ bucketDir }: TestS3, days: number): Promise<void> {
  const then = new Date(Date.now() - days * 86_400_000);
  for (const name of await readdir(bucketDir, { recursive: true }))
    await utimes(join(bucketDir, name), then, then);
}

/** A store in an empty bucket. */
export interface Bucket {
  readonly s3: TestS3;
  /** Of a worker. */
  readonly store: S3Store;
  /** As `cache` opens it. */
  readonly looking: ArtifactStore;
}

export async function bucketOf(t: TestContext): Promise<Bucket> {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  return { s3, store, looking: await openStore(s3.place, { env: s3.env, marksUse: false }) };
}

/** What `cache gc` would remove now. */
export async function garbageIn(store: ArtifactStore): Promise<readonly Garbage[]> {
  return (await findGarbage(store, 30, new Date())).garbage;
}

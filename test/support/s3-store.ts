import { createCipheriv, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openS3Store } from '../../activities/artifacts/s3/open-s3-store.js';
import type { S3Store } from '../../activities/artifacts/s3/s3-store.js';
import { artifactKey } from '../../activities/artifacts/store.js';
import type { Artifact, ArtifactStore } from '../../activities/artifacts/store.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { Env } from '../../core/env.js';
import { sha256 } from '../../files/sha256.js';
import type { TestS3 } from './s3.js';

/** A store of a test, with the warnings that it gave and what it counted. */
export interface OpenedS3Store {
  readonly store: S3Store;
  readonly warnings: readonly string[];
  /** What it counted, by counter and labels. */
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Opens the store of a test's server. It repeats failed requests at once, and cuts silent ones soon.
 *
 * @param warnings - gets those that the store gives.
 */
export async function openTestStore(
  { place, env }: Pick<TestS3, 'place' | 'env'>,
  over: Env = {},
  warnings: string[] = [],
): Promise<OpenedS3Store> {
  const counts: Record<string, number> = {};
  const store = await openS3Store(place, {
    env: { ...env, ...over },
    count: ({ counter, value, labels = {} }) => {
      const name = [counter, ...Object.values(labels)].join(' ');
      counts[name] = (counts[name] ?? 0) + value;
    },
    onWarning: (message) => void warnings.push(message),
    tuning: { retryMs: 1, stallMs: 700, partBytes: 8 << 20 },
  });
  return { store, warnings, counts };
}

/** A new reference of an artifact. */
export function newRef(): ArtifactRef {
  return { kind: 'piece', key: artifactKey('piece', 1, randomBytes(8).toString('hex')) };
}

/** Puts an artifact with these files. */
export async function putFiles(
  store: ArtifactStore,
  files: Readonly<Record<string, string | Uint8Array>>,
  ref: ArtifactRef = newRef(),
): Promise<Artifact> {
  return await store.put(ref, async (dir) => {
    for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
    return { files: Object.keys(files).length };
  });
}

/** Bytes that are different at every place, the same ones for a seed. */
export function bytesOf(seed: string, length: number): Buffer {
  return createCipheriv('aes-256-ctr', sha256(seed), Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** All items of a list that comes page by page. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

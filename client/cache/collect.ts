import { randomUUID } from 'node:crypto';
import { rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isOlderThan, leftoverDays, mayArtifactGo, mayFileGo } from '../../core/cache-retention.js';
import { isMissing } from '../../files/errno.js';
import type { Upload } from '../../activities/artifacts/s3/incomplete-uploads.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { findInBucket, removeFromBucket } from './collect-bucket.js';
import { surveyFolder } from './survey-folder.js';

/** An item of the store that the retention rule allows to remove. */
export interface Garbage {
  /** `orphan`: files in a bucket that no manifest names. `upload`: an incomplete one. */
  readonly what: 'file' | 'part' | 'artifact' | 'scratch' | 'orphan' | 'upload';
  /** A Hub repository, `<kind> <start of the key>` of an artifact, or what it is. */
  readonly label: string;
  readonly path: string;
  /** `null` where it is not known, of uploads. */
  readonly sizeBytes: number | null;
  readonly usedAt: Date;
  /** Of an upload. */
  readonly upload?: Upload;
}

/** What {@link findGarbage} finds. */
export interface Found {
  readonly garbage: readonly Garbage[];
  /** What could not be looked at, and why: sentences. */
  readonly notes: readonly string[];
}

/** Finds what the retention rule allows to remove, the largest first. Removes nothing. */
export async function findGarbage(store: ArtifactStore, keepDays: number, now: Date): Promise<Found> {
  const { medium } = store;
  if (medium.kind === 'objects') {
    const { garbage, notes } = await findInBucket(store, medium.objects, keepDays, now);
    return { garbage: largestFirst(garbage), notes };
  }
  const { repositories, artifacts, scratch } = await surveyFolder(store, medium.root);
  const files = repositories.flatMap((repository) =>
    repository.files
      .filter((file) => mayFileGo(file, keepDays, now))
      .map(({ path, sizeBytes, kind, usedAt }) => ({
        what: kind,
        label: repository.id,
        path,
        sizeBytes,
        usedAt,
      })),
  );
  const old = artifacts
    .filter((artifact) => mayArtifactGo(artifact, keepDays, now))
    .map(({ kind, key, dir, sizeBytes, usedAt }) => ({
      what: 'artifact' as const,
      label: `${kind} ${key.slice(0, 12)}`,
      path: dir,
      sizeBytes,
      usedAt,
    }));
  const left = scratch
    .filter(({ usedAt }) => isOlderThan(leftoverDays, usedAt, now))
    .map(({ path, sizeBytes, usedAt }) => ({
      what: 'scratch' as const,
      label: 'scratch',
      path,
      sizeBytes,
      usedAt,
    }));
  return { garbage: largestFirst([...files, ...old, ...left]), notes: [] };
}

function largestFirst(garbage: readonly Garbage[]): Garbage[] {
  return garbage.toSorted((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0));
}

/**
 * Removes garbage, except what a run has used since it was found. Each item is first moved aside by one
 * rename, so that a reader finds it whole or not at all.
 *
 * @returns the items that were removed.
 */
export async function removeGarbage(store: ArtifactStore, garbage: readonly Garbage[]): Promise<Garbage[]> {
  const { medium } = store;
  if (medium.kind === 'objects') return await removeFromBucket(store, medium.objects, garbage);
  const removed: Garbage[] = [];
  for (const item of garbage) {
    const watched = item.what === 'artifact' ? join(item.path, 'manifest.json') : item.path;
    try {
      const isUsedAgain = item.what !== 'scratch' && (await stat(watched)).mtime > item.usedAt;
      if (isUsedAgain) continue;
      const aside = join(medium.root, 'tmp', randomUUID());
      await rename(item.path, aside);
      await rm(aside, { recursive: true, force: true });
      if (item.what === 'artifact') await rmdir(dirname(item.path)).catch(() => undefined);
      removed.push(item);
    } catch (error) {
      // Another process has removed it.
      if (!isMissing(error)) throw error;
    }
  }
  return removed;
}

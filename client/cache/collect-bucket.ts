import type { Objects } from '../../activities/artifacts/s3/objects.js';
import { planKinds, planUses, tokenizerUses } from '../../activities/artifacts/s3/noted-uses.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { inParallel } from '../../activities/threads/in-parallel.js';
import { isOlderThan, leftoverDays, mayArtifactGo, mayFileGo } from '../../core/cache-retention.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { Found, Garbage } from './collect.js';
import { artifactName, reachedFrom, type Reached } from './reached.js';
import { lastPart, refOfFolder, removeFromObjects } from './remove-objects.js';
import { surveyBucket } from './survey-bucket.js';

/**
 * Finds what is older than `keepDays` and needed by no plan that was used since. Objects do not know when
 * they were read: what is in use follows from the plans, whose uses are noted. What writers have left behind
 * needs no plan to be known: no manifest names it.
 */
export async function findInBucket(
  store: ArtifactStore,
  objects: Objects,
  keepDays: number,
  now: Date,
): Promise<Found> {
  const { repositories, artifacts, scratch, orphans, uploads, notes } = await surveyBucket(store, objects);
  const written = artifacts.filter(
    ({ kind, usedAt }) => planKinds.includes(kind) && !isOlderThan(keepDays, usedAt, now),
  );
  const noted = await plansNoted(store, (at) => !isOlderThan(keepDays, at, now));
  const reached = await reachedFrom(store, [...written, ...noted]);
  const garbage: Garbage[] = [];
  for (const { id: label, files } of repositories)
    for (const { path, sizeBytes, kind, usedAt, uses } of files)
      if (mayFileGo({ kind, usedAt, uses }, keepDays, now) && !reached.oids.has(lastPart(path)))
        garbage.push({ what: kind, label, path, sizeBytes, usedAt });
  for (const artifact of artifacts) {
    const { kind, key, dir: path, sizeBytes, usedAt } = artifact;
    if (mayArtifactGo(artifact, keepDays, now) && !reached.artifacts.has(artifactName(artifact)))
      garbage.push({ what: 'artifact', label: `${kind} ${key.slice(0, 12)}`, path, sizeBytes, usedAt });
  }
  const left: Garbage[] = [
    ...scratch.map((item) => ({ what: 'scratch' as const, label: 'scratch', ...item })),
    ...orphans.map(({ kind, key, path, sizeBytes, usedAt }) => {
      const label = `${kind} ${key.slice(0, 12)}`;
      return { what: 'orphan' as const, label, path, sizeBytes, usedAt };
    }),
    ...uploads.map((item) => ({ what: 'upload' as const, label: 'incomplete upload', ...item })),
  ];
  garbage.push(...left.filter(({ usedAt }) => isOlderThan(leftoverDays, usedAt, now)));
  return { garbage, notes };
}

/** A plan or tokenizer that is used while garbage is removed has a note that is younger. */
const lately = 3_600_000;
const itemsAtOnce = 16;

/**
 * Removes garbage, except what is used again since it was found.
 *
 * @returns the items that were removed.
 */
export async function removeFromBucket(
  store: ArtifactStore,
  objects: Objects,
  garbage: readonly Garbage[],
): Promise<Garbage[]> {
  const used = await usedSince(store, Date.now() - lately);
  const items = garbage.filter(({ what, path }) => {
    if (what === 'artifact') return !used.artifacts.has(artifactName(refOfFolder(objects, path)));
    return (what !== 'file' && what !== 'part') || !used.oids.has(lastPart(path));
  });
  const { signal } = new AbortController();
  const removed = await inParallel(items, itemsAtOnce, signal, (item) => removeFromObjects(objects, item));
  return items.filter((_, index) => removed[index]);
}

async function usedSince(store: ArtifactStore, since: number): Promise<Reached> {
  const reached = await reachedFrom(store, await plansNoted(store, (at) => at.getTime() >= since));
  const tokenizers = [...(await tokenizerUses(store))].filter(([, at]) => at.getTime() >= since);
  return { ...reached, oids: new Set([...reached.oids, ...tokenizers.map(([oid]) => oid)]) };
}

async function plansNoted(store: ArtifactStore, isWanted: (at: Date) => boolean): Promise<ArtifactRef[]> {
  return (await planUses(store)).filter(({ at }) => isWanted(at)).map(({ plan }) => plan);
}

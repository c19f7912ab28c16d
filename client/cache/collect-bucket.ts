import { rm } from 'node:fs/promises';
import type { Objects } from '../../activities/artifacts/s3/objects.js';
import { planKinds, planOfUse, planUsesPrefix } from '../../activities/artifacts/s3/plan-uses.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { inParallel } from '../../activities/threads/in-parallel.js';
import { isOlderThan, leftoverDays, mayArtifactGo, mayFileGo } from '../../core/cache-retention.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { Garbage } from './collect.js';
import { artifactName, reachedFrom } from './reached.js';
import { surveyBucket } from './survey-bucket.js';

/**
 * Finds what is older than `keepDays` and needed by no plan that was used since. Objects do not know when
 * they were read: what is in use follows from the plans, whose uses are noted.
 */
export async function findInBucket(
  store: ArtifactStore,
  objects: Objects,
  keepDays: number,
  now: Date,
): Promise<Garbage[]> {
  const { repositories, artifacts, scratch } = await surveyBucket(store, objects);
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
  for (const { path, sizeBytes, usedAt } of scratch)
    if (isOlderThan(leftoverDays, usedAt, now))
      garbage.push({ what: 'scratch', label: 'scratch', path, sizeBytes, usedAt });
  return garbage;
}

/** A plan that is used while garbage is removed has a note that is younger. */
const lately = 3_600_000;
const itemsAtOnce = 16;

/**
 * Removes garbage, except what is used again since it was found. What names the other objects of an item goes
 * first, so that a reader finds it whole or not at all.
 *
 * @returns the items that were removed.
 */
export async function removeFromBucket(
  store: ArtifactStore,
  objects: Objects,
  garbage: readonly Garbage[],
): Promise<Garbage[]> {
  const since = Date.now() - lately;
  const reached = await reachedFrom(store, await plansNoted(store, (at) => at.getTime() >= since));
  const items = garbage.filter(({ what, path }) => {
    if (what === 'artifact') return !reached.artifacts.has(refOfFolder(objects, path));
    return what === 'scratch' || !reached.oids.has(lastPart(path));
  });
  await inParallel(items, itemsAtOnce, new AbortController().signal, async ({ path }) => {
    const prefix = keyOf(objects, path);
    if (prefix === undefined) await rm(path, { recursive: true, force: true });
    else await removeFolder(objects, prefix);
  });
  return items;
}

async function plansNoted(store: ArtifactStore, isWanted: (at: Date) => boolean): Promise<ArtifactRef[]> {
  const plans: ArtifactRef[] = [];
  for await (const { name, at } of store.notes(planUsesPrefix)) {
    const plan = planOfUse(name);
    if (plan !== undefined && isWanted(at)) plans.push(plan);
  }
  return plans;
}

/** The key of a place below the store; `undefined` for a path of this disk. */
function keyOf(objects: Objects, path: string): string | undefined {
  const start = `${objects.place}/`;
  return path.startsWith(start) ? path.slice(start.length) : undefined;
}

/** `<kind>/<key>` of the folder of an artifact. */
function refOfFolder(objects: Objects, path: string): string {
  const [, kind, , key] = (keyOf(objects, path) ?? '').split('/');
  return `${kind}/${key}`;
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

async function removeFolder(objects: Objects, prefix: string): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of objects.list(`${prefix}/`)) keys.push(key);
  const isFirst = (key: string): boolean => ['manifest.json', 'whole'].includes(lastPart(key));
  await objects.remove(keys.filter(isFirst));
  await objects.remove(keys.filter((key) => !isFirst(key)));
  const [folder, kind, , key] = prefix.split('/');
  if (folder === 'artifacts') await objects.remove([`notes/${planUsesPrefix}${kind}/${key}`]);
}

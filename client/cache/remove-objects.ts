import { rm } from 'node:fs/promises';
import { notesPrefix } from '../../activities/artifacts/s3/layout.js';
import { planUseName, tokenizerUseName } from '../../activities/artifacts/s3/noted-uses.js';
import type { ObjectEntry, Objects } from '../../activities/artifacts/s3/objects.js';
import { isOlderThan, leftoverDays } from '../../core/cache-retention.js';
import { artifactKinds, type ArtifactRef } from '../../core/contracts/artifact.js';
import type { Garbage } from './collect.js';
import { writersWithoutManifest } from './writers.js';

/** Removes an item of a store in a bucket. False where it is no garbage any more. */
export async function removeFromObjects(objects: Objects, item: Garbage): Promise<boolean> {
  const { what, path, usedAt, upload } = item;
  if (upload !== undefined) await objects.uploads.abort(upload);
  else if (what === 'scratch') await rm(path, { recursive: true, force: true });
  else if (what === 'orphan' || what === 'part') return await removeLeftover(objects, path);
  else await removeWhole(objects, path, usedAt);
  return true;
}

/**
 * Removes an artifact or a file. What names the other objects goes first, so that a reader finds all or
 * nothing. What was written after `usedAt` is of a writer that has made it again.
 */
async function removeWhole(objects: Objects, path: string, usedAt: Date): Promise<void> {
  const folder = keyOf(objects, path);
  const entries = await entriesIn(objects, folder);
  const keys = entries.filter(({ at }) => at <= usedAt).map(({ key }) => key);
  const isFirst = (key: string): boolean => ['manifest.json', 'whole'].includes(lastPart(key));
  await objects.remove(keys.filter(isFirst));
  await objects.remove(keys.filter((key) => !isFirst(key)));
  const note = folder.startsWith('artifacts/')
    ? planUseName(refOfFolder(objects, path))
    : tokenizerUseName(lastPart(folder));
  await objects.remove([`${notesPrefix}${note}`]);
}

/** Removes files that nothing names, unless something names them now, or their writer goes on. */
async function removeLeftover(objects: Objects, path: string): Promise<boolean> {
  const folder = keyOf(objects, path);
  const entries = await entriesIn(objects, folder);
  const now = new Date();
  if (entries.some(({ at }) => !isOlderThan(leftoverDays, at, now))) return false;
  const isNamed = folder.startsWith('artifacts/')
    ? (await writersWithoutManifest(objects, refOfFolder(objects, path), [lastPart(folder)])).length === 0
    : entries.some(({ key }) => lastPart(key) === 'whole');
  if (isNamed) return false;
  await objects.remove(entries.map(({ key }) => key));
  return true;
}

async function entriesIn(objects: Objects, folder: string): Promise<ObjectEntry[]> {
  const entries: ObjectEntry[] = [];
  for await (const entry of objects.list(`${folder}/`)) entries.push(entry);
  return entries;
}

/** The key of a place in the store. */
const keyOf = (objects: Objects, path: string): string => path.slice(objects.place.length + 1);

/** The artifact of a folder in which it, or one of its writers, has files. */
export function refOfFolder(objects: Objects, path: string): ArtifactRef {
  const [, kindName, , key = ''] = keyOf(objects, path).split('/');
  const kind = artifactKinds.find((each) => each === kindName);
  if (kind === undefined) throw new Error(`${path} is no folder of an artifact`);
  return { kind, key };
}

export const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

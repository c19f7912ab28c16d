import { z } from 'zod';
import { stableJson } from '../../../core/stable-json.js';
import { sha256 } from '../../../files/sha256.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { RunNotes } from '../import/run-notes.js';
import { findRecipeLock, LockedSource, lockSource, readRecipeLock, type RecipeLock } from './recipe-lock.js';

/** Where a run's lock is kept while it works. */
export interface LockPlace {
  /**
   * The entry of a source; `undefined` where there is none.
   *
   * @throws {HeadraceError} RecipeError, ArtifactCorruptError where it cannot be read: without an entry the
   *   source would be resolved anew.
   */
  read(source: string): Promise<LockedSource | undefined>;
  /** Enters a source. Safe while other sources are entered. */
  enter(source: string, entry: LockedSource, signal: AbortSignal): Promise<void>;
  /** Removes the entry of a source: it is resolved anew. */
  remove(source: string, signal: AbortSignal): Promise<void>;
}

/** The place of a run's lock: `recipe.lock.json` in `out`; with a store in a bucket, notes of the store. */
export function lockPlace(store: ArtifactStore, out: string): LockPlace {
  if (store.medium.kind === 'folder')
    return {
      read: async (source) => (await readRecipeLock(out)).sources[source],
      enter: (source, entry, signal) => lockSource(out, source, entry, signal),
      remove: (source, signal) => lockSource(out, source, undefined, signal),
    };
  // Several machines may enter sources at once: each source has a note of its own.
  const notes = lockNotes(store, out);
  return {
    read: async (source) => (await notes.read(source)) ?? undefined,
    enter: (source, entry) => notes.write(source, entry),
    remove: (source) => notes.write(source, null),
  };
}

/**
 * The lock that a run would have which starts on this machine now.
 *
 * @param places - `out` of the run, and with a store in a bucket the folder of this machine whose lock is
 *   sent.
 */
export function lockOfNextRun(
  store: ArtifactStore,
  { out, folder }: { readonly out: string; readonly folder?: string | undefined },
): Pick<LockPlace, 'read'> {
  return {
    read: async (source) => {
      const own = folder === undefined ? undefined : await unsentLock(store, out, folder);
      return own === undefined ? await lockPlace(store, out).read(source) : own.sources[source];
    },
  };
}

/** The entries of a run on a store in a bucket, by source; `null` for one that was removed from the lock. */
function lockNotes(store: ArtifactStore, out: string): RunNotes<LockedSource | null> {
  return new RunNotes(store, 'locks', out, LockedSource.nullable());
}

/** The whole lock of a run on a store in a bucket. */
export async function lockInStore(store: ArtifactStore, out: string): Promise<RecipeLock> {
  const sources: Record<string, LockedSource> = {};
  for (const [name, entry] of await lockNotes(store, out).all()) if (entry !== null) sources[name] = entry;
  return { version: 1, sources };
}

/**
 * Sends the lock that lies in a folder of this machine to a store in a bucket, for a run that starts there.
 * The folder is right: a source that its lock lacks is resolved anew. A folder without a lock changes
 * nothing, and neither does a lock that was sent already: what runs have entered since is newer.
 *
 * @param sources - names of the recipe's sources.
 * @throws {HeadraceError} RecipeError where the file is not a lock.
 */
export async function sendLock(
  store: ArtifactStore,
  run: { readonly out: string; readonly folder: string; readonly sources: readonly string[] },
): Promise<void> {
  const lock = await unsentLock(store, run.out, run.folder);
  if (lock === undefined) return;
  const notes = lockNotes(store, run.out);
  const before = await notes.all();
  for (const source of run.sources) {
    const entry = lock.sources[source] ?? null;
    const known = before.get(source) ?? null;
    if (JSON.stringify(entry) !== JSON.stringify(known)) await notes.write(source, entry);
  }
  await sentLocks(store, run.out).write(lastSent, digestOf(lock));
}

/** The lock in a folder; `undefined` where there is none, or it is the last one that was sent. */
async function unsentLock(
  store: ArtifactStore,
  out: string,
  folder: string,
): Promise<RecipeLock | undefined> {
  const lock = await findRecipeLock(folder);
  if (lock === undefined) return undefined;
  return (await sentLocks(store, out).read(lastSent)) === digestOf(lock) ? undefined : lock;
}

const lastSent = 'last';

/** The digest of the lock that was last sent for a run. */
function sentLocks(store: ArtifactStore, out: string): RunNotes<string> {
  return new RunNotes(store, 'sent-locks', out, z.string());
}

function digestOf(lock: RecipeLock): string {
  return sha256(stableJson(lock)).toString('hex');
}

import { HeadraceError } from '../../../core/errors.js';
import type { HubClient } from '../http/hub-client.js';
import { pinRevision } from '../http/pin-revision.js';
import type { RepositoryCommit, RepositoryRef } from '../http/repository.js';
import type { HubSource } from './inspect-dataset.js';
import { recipeLockName, type LockedDataset } from './recipe-lock.js';

/** Result of {@link pinCommit}. */
export interface PinnedSource {
  readonly commit: RepositoryCommit;
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * The commit of a Hub source: the locked one, else the present one of its revision. Offline it is the one of
 * the lock or the recipe, and no request is sent.
 *
 * @throws {HeadraceError} as {@link pinRevision}; ArtifactMissingError offline where neither names a commit.
 */
export async function pinCommit(
  client: HubClient,
  source: HubSource,
  locked: LockedDataset | undefined,
  signal: AbortSignal,
): Promise<PinnedSource> {
  if (client.config.offline) return pinOffline(source, locked);
  const asked: RepositoryRef = { kind: 'dataset', id: source.dataset, revision: source.revision ?? 'main' };
  if (locked === undefined) {
    const commit = await pinRevision(client, asked, signal);
    return { commit, notes: renamingNotes(source, commit) };
  }
  const commit = await pinLocked(client, source, locked, signal);
  const notes = renamingNotes(source, commit);
  if (asked.revision === commit.commitSha) return { commit, notes };
  return { commit, notes: [...notes, await lockNote(client, { ...asked, id: commit.id }, commit, signal)] };
}

async function pinLocked(
  client: HubClient,
  source: HubSource,
  { commit: revision }: LockedDataset,
  signal: AbortSignal,
): Promise<RepositoryCommit> {
  try {
    return await pinRevision(client, { kind: 'dataset', id: source.dataset, revision }, signal);
  } catch (error) {
    if (!isGone(error)) throw error;
    throw new HeadraceError(error.type, `${error.message} (${recipeLockName} names it)`, {
      cause: error,
      remedy: `Delete "${source.name}" from ${recipeLockName} to take the present commit.`,
    });
  }
}

function renamingNotes({ dataset }: HubSource, { id }: RepositoryCommit): string[] {
  if (id === dataset) return [];
  const isSame = id.toLowerCase() === dataset.toLowerCase();
  return [`${dataset} ${isSame ? 'is spelled' : 'is now called'} ${id}`];
}

/** A note that the commit is the locked one, and whether the revision has moved since. */
async function lockNote(
  client: HubClient,
  asked: RepositoryRef,
  { id, commitSha }: RepositoryCommit,
  signal: AbortSignal,
): Promise<string> {
  const kept = `commit ${commitSha.slice(0, 12)} of ${id} comes from ${recipeLockName}`;
  try {
    const present = await pinRevision(client, asked, signal);
    if (present.commitSha === commitSha) return kept;
    return `${kept}; ${asked.revision} has moved to ${present.commitSha.slice(0, 12)} since`;
  } catch (error) {
    // The lock takes precedence, so a missing branch is no error.
    if (isGone(error)) return `${kept}; ${asked.revision} no longer exists`;
    throw error;
  }
}

function isGone(error: unknown): error is HeadraceError {
  return error instanceof HeadraceError && error.type === 'RevisionNotFoundError';
}

function pinOffline(source: HubSource, locked: LockedDataset | undefined): PinnedSource {
  const isCommit = /^[0-9a-f]{40}$/.test(source.revision ?? '');
  const commitSha = locked?.commit ?? (isCommit ? source.revision : undefined);
  if (commitSha === undefined)
    throw new HeadraceError(
      'ArtifactMissingError',
      `HF_HUB_OFFLINE is set, and ${recipeLockName} names no commit of ${source.dataset}`,
      { remedy: 'Resolve once with access to the Hub, or set the revision to a commit.' },
    );
  const id = locked?.dataset ?? source.dataset;
  return {
    commit: { kind: 'dataset', id, commitSha },
    notes: [`offline: commit ${commitSha.slice(0, 12)} of ${id} from the store`],
  };
}

import type { ResolveSourceInput } from '../../../core/contracts/source.js';
import { lockMoves } from '../../../core/hub/lock-moves.js';
import type { WorkContext } from '../../../core/progress.js';
import type { Source } from '../../../core/recipe.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import type { HubClient } from '../http/hub-client.js';
import type { RepositoryCommit } from '../http/repository.js';
import { checkReadable } from './check-readable.js';
import { chooseFiles, type ChosenFiles } from './choose-files.js';
import { commitListing } from './commit-listing.js';
import { pinCommit } from './pin-commit.js';
import type { LockPlace } from './lock-place.js';
import { datasetIn, isSameRequest, type LockedDataset } from './recipe-lock.js';

/** A source that names a dataset. */
export type HubSource = Source & { readonly dataset: string };

/** A source at the Hub: its commit and its files. */
export interface DatasetInspection extends ChosenFiles {
  readonly commit: RepositoryCommit;
  /** The entry for the lock. */
  readonly entry: LockedDataset;
}

const mostNotes = 20;

/**
 * Inspects a source at the Hub: canonical id, commit and files of the split. Checks that they may be read. A
 * lock of the same request is reproduced unless it is to be updated. Stores and locks nothing.
 *
 * @throws {HeadraceError} DatasetNotFoundError, RevisionNotFoundError, ConfigNotFoundError,
 * SplitNotFoundError, HubFileNotFoundError, HubTokenMissingError, HubTokenInvalidError, GatedDatasetError,
 * HubUnavailableError, HubAnswerError, FormatError; RecipeError where the lock cannot be read;
 * ArtifactMissingError offline.
 */
export async function inspectDataset(
  store: ArtifactStore,
  client: HubClient,
  source: HubSource,
  {
    lock,
    updateLock = false,
  }: { readonly lock: Pick<LockPlace, 'read'> } & Pick<ResolveSourceInput, 'updateLock'>,
  work: WorkContext,
): Promise<DatasetInspection> {
  const { signal } = work;
  const report = (note: string): void =>
    work.progress({ stage: 'resolve', label: source.name, done: 0, total: null, unit: 'files', note });
  report('resolving the revision');
  const asked = requestOf(source);
  const before = datasetIn(await lock.read(source.name));
  const takesNewest = updateLock && !client.config.offline;
  const isKept = before !== undefined && isSameRequest(before.asked, asked) && !takesNewest;
  const locked = isKept ? before : undefined;
  const { commit, notes } = await pinCommit(client, source, locked, signal);

  report('listing files');
  const listing = await commitListing(store, client, commit, signal);
  const chosen = chooseFiles(client, commit, listing, asked, locked);
  const { config, split, files, emptyFiles } = chosen;
  if (!client.config.offline) {
    report('checking access');
    await checkReadable(client, source, { commit, file: files[0] }, signal);
  }
  const entry = { asked, dataset: commit.id, commit: commit.commitSha, config, split, files, emptyFiles };
  const moves = updateLock ? lockMoves(before, entry) : [];
  return { ...chosen, commit, entry, notes: [...notes, ...chosen.notes, ...moves].slice(0, mostNotes) };
}

function requestOf({ dataset, revision, config, split, data_files }: HubSource): LockedDataset['asked'] {
  return {
    dataset,
    revision: revision ?? null,
    config: config ?? null,
    split: split ?? null,
    data_files: data_files === undefined ? null : [data_files].flat(),
  };
}

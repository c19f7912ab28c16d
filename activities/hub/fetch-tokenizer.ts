import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadraceError } from '../../core/errors.js';
import { tokenizerConfigName, vocabularyNames } from '../../core/training/tokenizer-names.js';
import { isMissing } from '../../files/errno.js';
import { writeFileAtomic } from '../../files/write-atomic.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { repositoryFolder } from './download/blob-paths.js';
import { snapshotFolder } from './download/link-snapshot.js';
import type { HubAccess } from './hub-access.js';
import type { HubClient } from './http/hub-client.js';
import { pinRevision } from './http/pin-revision.js';
import type { RepositoryCommit, RepositoryRef } from './http/repository.js';
import { commitListing } from './resolve/commit-listing.js';

/** The model whose tokenizer is fetched. */
export interface TokenizerInput {
  /** Model id, `owner/name`. */
  readonly id: string;
  /** Branch, tag or commit. @default `main` */
  readonly revision?: string;
}

/** A tokenizer in the store. */
export interface TokenizerFolder {
  /** Canonical id of the model. */
  readonly id: string;
  readonly commitSha: string;
  /** Has a vocabulary, and tokenizer_config.json where the model has it. */
  readonly folder: string;
}

/**
 * Downloads a model's tokenizer to the store. No request is sent offline, or for a commit in the store.
 *
 * @throws {HeadraceError} TokenizerError where the model or its vocabulary does not exist;
 * ArtifactMissingError offline; as {@link commitListing}; HashMismatchError, DiskFullError,
 * HubUnavailableError of a download.
 */
export async function fetchTokenizer(
  { store, blobs, client }: HubAccess,
  input: TokenizerInput,
  signal: AbortSignal,
): Promise<TokenizerFolder> {
  const hub = await client();
  const commit = await pinModel(store, hub, input, signal);
  const { id, commitSha } = commit;
  const { files } = await commitListing(store, hub, commit, signal);
  const filled = files.filter((file) => file.sizeBytes > 0);
  const vocabulary = vocabularyNames.find((name) => filled.some((file) => file.path === name));
  if (vocabulary === undefined)
    throw new HeadraceError(
      'TokenizerError',
      `The model ${id} at ${commitSha.slice(0, 12)} has no tokenizer; expected ${vocabularyNames.join(' or ')}`,
    );
  const wanted = filled.filter((file) => file.path === vocabulary || file.path === tokenizerConfigName);
  const folder = snapshotFolder(store, commit);
  await mkdir(folder, { recursive: true });
  const listener = { had: () => undefined, fetched: () => undefined };
  for (const file of wanted) await blobs.fetch(hub, { commit, file }, signal, listener);
  return { id, commitSha, folder };
}

/** The commit of a revision. It is kept in the store for offline use. */
async function pinModel(
  store: ArtifactStore,
  client: HubClient,
  { id, revision = 'main' }: TokenizerInput,
  signal: AbortSignal,
): Promise<RepositoryCommit> {
  const asked: RepositoryRef = { kind: 'model', id, revision };
  if (/^[0-9a-f]{40}$/.test(revision)) return { kind: 'model', id, commitSha: revision };
  const keptPath = join(repositoryFolder(store, asked), 'refs', encodeURIComponent(revision));
  if (client.config.offline) return keptCommit(asked, keptPath);
  try {
    const pinned = await pinRevision(client, asked, signal);
    await writeFileAtomic(keptPath, `${pinned.commitSha}\n`);
    return pinned;
  } catch (error) {
    const isUnknown =
      error instanceof HeadraceError &&
      (error.type === 'DatasetNotFoundError' || error.type === 'RevisionNotFoundError');
    if (!isUnknown) throw error;
    throw new HeadraceError('TokenizerError', error.message, { cause: error });
  }
}

async function keptCommit({ id, revision }: RepositoryRef, path: string): Promise<RepositoryCommit> {
  try {
    return { kind: 'model', id, commitSha: (await readFile(path, 'utf8')).trim() };
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new HeadraceError(
      'ArtifactMissingError',
      `HF_HUB_OFFLINE is set, and the store has no tokenizer of ${id} at ${revision}`,
      { remedy: 'Unset HF_HUB_OFFLINE on the worker, or set the tokenizer to a local folder.' },
    );
  }
}

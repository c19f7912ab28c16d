import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadraceError } from '../../core/errors.js';
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

const wantedFiles = ['tokenizer.json', 'tokenizer_config.json', 'config.json', 'chat_template.jinja'];

export interface TokenizerInput {
  /** Model id, `owner/name`. */
  readonly id: string;
  /** Branch, tag or commit. @default `main` */
  readonly revision?: string;
}

export interface TokenizerFolder {
  /** Canonical id of the model. */
  readonly id: string;
  readonly commitSha: string;
  /**
   * Holds tokenizer.json, and those of tokenizer_config.json, config.json and chat_template.jinja that the
   * model has.
   */
  readonly folder: string;
}

/**
 * Brings a model's tokenizer to the store. Offline, and for a commit that is in the store, no request is
 * sent.
 *
 * @throws {HeadraceError} TokenizerError where the model or its tokenizer.json does not exist;
 *   ArtifactMissingError offline; as {@link commitListing}; HashMismatchError, DiskFullError,
 *   HubUnavailableError of a download.
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
  const wanted = files.filter((file) => wantedFiles.includes(file.path) && file.sizeBytes > 0);
  if (!wanted.some((file) => file.path === 'tokenizer.json'))
    throw new HeadraceError(
      'TokenizerError',
      `The model ${id} at ${commitSha.slice(0, 12)} has no tokenizer.json`,
    );
  const folder = snapshotFolder(store, commit);
  await mkdir(folder, { recursive: true });
  const listener = { had: () => undefined, fetched: () => undefined };
  for (const file of wanted) await blobs.fetch(hub, { commit, file }, signal, listener);
  return { id, commitSha, folder };
}

/** The commit of a revision. The store remembers it for work without the Hub. */
async function pinModel(
  store: ArtifactStore,
  client: HubClient,
  { id, revision = 'main' }: TokenizerInput,
  signal: AbortSignal,
): Promise<RepositoryCommit> {
  const asked: RepositoryRef = { kind: 'model', id, revision };
  if (/^[0-9a-f]{40}$/.test(revision)) return { kind: 'model', id, commitSha: revision };
  const remembered = join(repositoryFolder(store, asked), 'refs', encodeURIComponent(revision));
  if (client.config.offline) return recall(asked, remembered);
  try {
    const pinned = await pinRevision(client, asked, signal);
    await writeFileAtomic(remembered, `${pinned.commitSha}\n`);
    return pinned;
  } catch (error) {
    const isUnknown =
      error instanceof HeadraceError &&
      (error.type === 'DatasetNotFoundError' || error.type === 'RevisionNotFoundError');
    if (!isUnknown) throw error;
    throw new HeadraceError('TokenizerError', error.message, { cause: error });
  }
}

async function recall({ id, revision }: RepositoryRef, remembered: string): Promise<RepositoryCommit> {
  try {
    return { kind: 'model', id, commitSha: (await readFile(remembered, 'utf8')).trim() };
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new HeadraceError(
      'ArtifactMissingError',
      `HF_HUB_OFFLINE is set, and the store has no tokenizer of ${id} at ${revision}`,
      { remedy: 'Unset HF_HUB_OFFLINE on the worker, or name a folder as the tokenizer.' },
    );
  }
}

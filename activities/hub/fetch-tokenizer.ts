import { readFile } from 'node:fs/promises';
import { HeadraceError } from '../../core/errors.js';
import {
  tokenizerConfigName,
  vocabularyNames,
  type VocabularyName,
} from '../../core/training/tokenizer-names.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { hubBlob, repositoryNotes } from './download/hub-blob.js';
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

/** A model's tokenizer. */
export interface FetchedTokenizer {
  /** Canonical id of the model. */
  readonly id: string;
  readonly commitSha: string;
  readonly vocabulary: { readonly name: VocabularyName; readonly bytes: Buffer };
  /** tokenizer_config.json, where the model has it. */
  readonly config: Buffer | undefined;
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
): Promise<FetchedTokenizer> {
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
  const wanted = [vocabulary, tokenizerConfigName].flatMap(
    (name) => filled.find((file) => file.path === name) ?? [],
  );
  const listener = { had: () => undefined, fetched: () => undefined };
  for (const file of wanted) await blobs.fetch(hub, { commit, file }, signal, listener);
  const [bytes = Buffer.alloc(0), config] = await store.bring(
    wanted.map((file) => ({ blob: hubBlob(commit, file) })),
    (paths) => Promise.all(paths.map((path) => readFile(path))),
  );
  return { id, commitSha, vocabulary: { name: vocabulary, bytes }, config };
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
  const kept = `${repositoryNotes(asked)}refs/${encodeURIComponent(revision)}`;
  if (client.config.offline) return keptCommit(asked, await store.read(kept));
  try {
    const pinned = await pinRevision(client, asked, signal);
    await store.note(kept, `${pinned.commitSha}\n`);
    return pinned;
  } catch (error) {
    const isUnknown =
      error instanceof HeadraceError &&
      (error.type === 'DatasetNotFoundError' || error.type === 'RevisionNotFoundError');
    if (!isUnknown) throw error;
    throw new HeadraceError('TokenizerError', error.message, { cause: error });
  }
}

function keptCommit({ id, revision }: RepositoryRef, kept: string | undefined): RepositoryCommit {
  if (kept !== undefined) return { kind: 'model', id, commitSha: kept.trim() };
  throw new HeadraceError(
    'ArtifactMissingError',
    `HF_HUB_OFFLINE is set, and the store has no tokenizer of ${id} at ${revision}`,
    { remedy: 'Unset HF_HUB_OFFLINE on the worker, or set the tokenizer to a local folder.' },
  );
}

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadraceError } from '../../core/errors.js';
import { isMissing } from '../../files/errno.js';
import { writeFileAtomic } from '../../files/write-atomic.js';
import type { ArtifactStore } from '../artifacts/store.js';
import type { BlobStore } from './download/blob-store.js';
import { commitListing, repositoryFolder } from './resolve/commit-listing.js';
import type { HubClient } from './http/hub-client.js';
import type { Subject } from './http/refusals.js';
import { pinRevision, type PinnedRepository } from './http/repository-api.js';

const wantedFiles = ['tokenizer.json', 'tokenizer_config.json', 'config.json', 'chat_template.jinja'];

export interface TokenizerInput {
  /** Model id, `owner/name`. */
  readonly id: string;
  /** Branch, tag or commit. @default `main` */
  readonly revision?: string;
}

export interface TokenizerFolder extends PinnedRepository {
  /** Holds tokenizer.json, and of tokenizer_config.json, config.json and chat_template.jinja those there are. */
  readonly folder: string;
}

/**
 * Brings a model's tokenizer to the store. Offline, and for a commit that is there, nothing is asked of the Hub.
 *
 * @throws {HeadraceError} TokenizerError where the model or its tokenizer.json does not exist, and what
 * {@link downloadBlob} throws.
 */
export async function fetchTokenizer(
  store: ArtifactStore,
  blobs: BlobStore,
  client: HubClient,
  input: TokenizerInput,
  signal: AbortSignal,
): Promise<TokenizerFolder> {
  const { id, commitSha } = await pinModel(store, client, input, signal);
  const subject: Subject = { kind: 'model', id, revision: commitSha };
  const { files } = await commitListing(store, client, subject, commitSha, signal);
  const wanted = files.filter((file) => wantedFiles.includes(file.path) && file.sizeBytes > 0);
  if (!wanted.some((file) => file.path === 'tokenizer.json'))
    throw new HeadraceError(
      'TokenizerError',
      `The model ${id} at ${commitSha.slice(0, 12)} has no tokenizer.json`,
    );
  const folder = join(repositoryFolder(store, subject), 'snapshots', commitSha);
  await mkdir(folder, { recursive: true });
  for (const file of wanted)
    await blobs.bring(client, { subject, commitSha, file }, signal, {
      had: () => undefined,
      fetched: () => undefined,
    });
  return { id, commitSha, folder };
}

/** The commit of a revision; it is remembered, so that it is known offline too. */
async function pinModel(
  store: ArtifactStore,
  client: HubClient,
  { id, revision = 'main' }: TokenizerInput,
  signal: AbortSignal,
): Promise<PinnedRepository> {
  if (/^[0-9a-f]{40}$/.test(revision)) return { id, commitSha: revision };
  const subject: Subject = { kind: 'model', id, revision };
  const remembered = join(repositoryFolder(store, subject), 'refs', encodeURIComponent(revision));
  if (client.config.offline) {
    try {
      return { id, commitSha: (await readFile(remembered, 'utf8')).trim() };
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw new HeadraceError(
        'ArtifactMissingError',
        `HF_HUB_OFFLINE is set, and the store has no tokenizer of ${id} at ${revision}`,
        { remedy: 'Unset HF_HUB_OFFLINE on the worker, or name a folder as the tokenizer.' },
      );
    }
  }
  try {
    const pinned = await pinRevision(client, subject, signal);
    await writeFileAtomic(remembered, `${pinned.commitSha}\n`);
    return pinned;
  } catch (error) {
    const missing =
      error instanceof HeadraceError &&
      (error.type === 'DatasetNotFoundError' || error.type === 'RevisionNotFoundError');
    if (!missing) throw error;
    throw new HeadraceError('TokenizerError', error.message, { cause: error });
  }
}

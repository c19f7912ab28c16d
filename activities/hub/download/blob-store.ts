import pLimit, { type LimitFunction } from 'p-limit';
import type { ArtifactStore } from '../../artifacts/store.js';
import { markUsed } from '../../artifacts/local-store.js';
import type { HubClient } from '../http/hub-client.js';
import { explainingRefusals } from '../http/refusals.js';
import { refOf, resolveUrl, type CommitFile, type RepositoryCommit } from '../http/repository.js';
import type { HubTuning } from '../http/tuning.js';
import { ChunkHasher } from '../chunks/chunk-hasher.js';
import { downloadChunks } from '../chunks/download-chunks.js';
import { blobPath, oidOf } from './blob-paths.js';
import type { BlobListener, BlobOutcome } from './byte-account.js';
import { downloadBlob } from './download-blob.js';
import type { FileRequest } from './fetch-missing.js';
import { FileHasher } from './file-hasher.js';
import { isBlobThere } from './files-on-disk.js';
import { linkSnapshot } from './link-snapshot.js';
import { Transfers } from './transfers.js';

/**
 * The Hub files of a store, by content. There is one per process: its downloads share connections and
 * threads.
 */
export class BlobStore {
  readonly #store: ArtifactStore;
  readonly #connections: LimitFunction;
  readonly #transfers = new Transfers();
  readonly #hasher = new FileHasher();
  readonly #chunkHasher = new ChunkHasher();
  /** Downloads of this process by repository and content. */
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(store: ArtifactStore, tuning: HubTuning) {
    this.#store = store;
    this.#connections = pLimit(tuning.connections);
  }

  /**
   * Downloads a file to the store and verifies it; in a folder, links it from its snapshot. Waits where this
   * process already fetches the file.
   *
   * @throws {HeadraceError} as {@link downloadBlob} or {@link downloadChunks}; what the Hub's refusal means; as {@link linkSnapshot}.
   */
  async fetch(
    client: HubClient,
    { commit, file }: CommitFile,
    signal: AbortSignal,
    listener: BlobListener,
  ): Promise<BlobOutcome> {
    // Repositories have folders of their own on a disk, so that one content may be fetched twice at a time.
    const key = `${commit.kind} ${commit.id} ${oidOf(file)}`;
    for (let other = this.#underWay.get(key); other !== undefined; other = this.#underWay.get(key))
      await settledOrAborted(other, signal);
    const url = resolveUrl(client.config, commit, file.path);
    const request = { client, url, file, connections: this.#connections, transfers: this.#transfers };
    const work = explainingRefusals(client, refOf(commit), signal, () =>
      this.#download(request, commit, signal, listener),
    );
    const clear = (): void => void this.#underWay.delete(key);
    this.#underWay.set(key, work.then(clear, clear));
    return await work;
  }

  #download(
    request: FileRequest,
    commit: RepositoryCommit,
    signal: AbortSignal,
    listener: BlobListener,
  ): Promise<BlobOutcome> {
    const { medium, workplace } = this.#store;
    if (medium.kind === 'folder') return this.#downloadToFolder(request, commit, signal, listener);
    const { objects } = medium;
    return downloadChunks(request, { objects, workplace, hasher: this.#chunkHasher }, signal, listener);
  }

  async #downloadToFolder(
    request: FileRequest,
    commit: RepositoryCommit,
    signal: AbortSignal,
    listener: BlobListener,
  ): Promise<BlobOutcome> {
    const { file } = request;
    const path = blobPath(this.#store, commit, file);
    const isThere = await isBlobThere(path, file.sizeBytes);
    if (isThere) {
      await markUsed(path);
      listener.had(file.sizeBytes);
    }
    const outcome = isThere
      ? { fetchedBytes: 0, resumedBytes: 0, reused: true }
      : await downloadBlob({ ...request, path }, this.#hasher, signal, listener);
    await linkSnapshot(this.#store, { commit, file }, path);
    return outcome;
  }
}

/** Waits until the work of another caller has settled. Rejects where the signal aborts. */
async function settledOrAborted(other: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<void>((done) => {
    onAbort = done;
    signal.addEventListener('abort', onAbort);
  });
  await Promise.race([other, aborted]);
  signal.removeEventListener('abort', onAbort);
  signal.throwIfAborted();
}

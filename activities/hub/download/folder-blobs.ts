import pLimit, { type LimitFunction } from 'p-limit';
import type { SourceFile } from '../../../core/contracts/source.js';
import { blobPath } from '../../artifacts/blob-folders.js';
import { markUsed } from '../../artifacts/local-store.js';
import type { HubClient } from '../http/hub-client.js';
import { explainingRefusals } from '../http/refusals.js';
import { refOf, resolveUrl, type CommitFile, type RepositoryCommit } from '../http/repository.js';
import type { HubTuning } from '../http/tuning.js';
import type { BlobListener, BlobOutcome } from './byte-account.js';
import { downloadBlob } from './download-blob.js';
import { FileHasher } from './file-hasher.js';
import { filesOnDisk, isBlobThere } from './files-on-disk.js';
import { hubBlob } from './hub-blob.js';
import type { HeldFile, HubBlobs } from './hub-blobs.js';
import { linkSnapshot } from './link-snapshot.js';
import { oneAtATime } from './one-at-a-time.js';
import { Transfers } from './transfers.js';

/** The Hub files of a store in a folder. */
export class FolderBlobs implements HubBlobs {
  readonly #root: string;
  readonly #connections: LimitFunction;
  readonly #transfers = new Transfers();
  readonly #hasher = new FileHasher();
  /** Downloads of this process by path. */
  readonly #underWay = new Map<string, Promise<void>>();

  /** @param root - of the store. */
  constructor(root: string, tuning: HubTuning) {
    this.#root = root;
    this.#connections = pLimit(tuning.connections);
  }

  held(commit: RepositoryCommit, files: readonly SourceFile[]): Promise<HeldFile[]> {
    return filesOnDisk(this.#root, commit, files);
  }

  /** Also links the file from its snapshot. Waits where this process already fetches the file. */
  async fetch(
    client: HubClient,
    wanted: CommitFile,
    signal: AbortSignal,
    listener: BlobListener,
  ): Promise<BlobOutcome> {
    const { commit, file } = wanted;
    const path = blobPath(this.#root, hubBlob(commit, file));
    const outcome = await oneAtATime(this.#underWay, path, signal, () =>
      explainingRefusals(client, refOf(commit), signal, () =>
        this.#download(client, wanted, path, signal, listener),
      ),
    );
    await linkSnapshot(this.#root, wanted, path);
    return outcome;
  }

  async #download(
    client: HubClient,
    { commit, file }: CommitFile,
    path: string,
    signal: AbortSignal,
    listener: BlobListener,
  ): Promise<BlobOutcome> {
    if (await isBlobThere(path, file.sizeBytes)) {
      await markUsed(path);
      listener.had(file.sizeBytes);
      return { fetchedBytes: 0, resumedBytes: 0, reused: true };
    }
    const url = resolveUrl(client.config, commit, file.path);
    const [connections, transfers] = [this.#connections, this.#transfers];
    return downloadBlob({ client, url, file, path, connections, transfers }, this.#hasher, signal, listener);
  }
}

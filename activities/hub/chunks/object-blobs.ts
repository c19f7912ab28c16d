import pLimit, { type LimitFunction } from 'p-limit';
import type { SourceFile } from '../../../core/contracts/source.js';
import type { Objects } from '../../artifacts/s3/objects.js';
import { StoredBlob } from '../../artifacts/s3/stored-blob.js';
import type { Workplace } from '../../artifacts/workplace.js';
import { oidOf } from '../download/hub-blob.js';
import type { BlobListener, BlobOutcome } from '../download/byte-account.js';
import type { HeldFile, HubBlobs } from '../download/hub-blobs.js';
import { oneAtATime } from '../download/one-at-a-time.js';
import { Transfers } from '../download/transfers.js';
import type { HubClient } from '../http/hub-client.js';
import { explainingRefusals } from '../http/refusals.js';
import { refOf, resolveUrl, type CommitFile, type RepositoryCommit } from '../http/repository.js';
import type { HubTuning } from '../http/tuning.js';
import { ChunkHasher } from './chunk-hasher.js';
import { downloadChunks } from './download-chunks.js';

/** Files that are looked up in the bucket at a time. */
const lookupsAtOnce = 16;

/** The Hub files of a store in a bucket. Repositories share files with equal content. */
export class ObjectBlobs implements HubBlobs {
  readonly #objects: Objects;
  readonly #workplace: Workplace;
  readonly #chunkBytes: number;
  readonly #connections: LimitFunction;
  readonly #transfers = new Transfers();
  readonly #hasher = new ChunkHasher();
  /** Downloads of this process by content. */
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(objects: Objects, workplace: Workplace, tuning: HubTuning) {
    this.#objects = objects;
    this.#workplace = workplace;
    this.#chunkBytes = tuning.chunkBytes;
    this.#connections = pLimit(tuning.connections);
  }

  async held(_commit: RepositoryCommit, files: readonly SourceFile[]): Promise<HeldFile[]> {
    const lookups = pLimit(lookupsAtOnce);
    return await Promise.all(files.map((file) => lookups(() => this.#held(file))));
  }

  async #held(file: SourceFile): Promise<HeldFile> {
    const stored = this.#stored(file);
    if (await stored.isWhole()) return { file, isWhole: true, haveBytes: file.sizeBytes };
    return { file, isWhole: false, haveBytes: await stored.presentBytes() };
  }

  /** Waits where this process already fetches the file. */
  fetch(
    client: HubClient,
    { commit, file }: CommitFile,
    signal: AbortSignal,
    listener: BlobListener,
  ): Promise<BlobOutcome> {
    const url = resolveUrl(client.config, commit, file.path);
    const request = { client, url, file, connections: this.#connections, transfers: this.#transfers };
    const target = { stored: this.#stored(file), workplace: this.#workplace, hasher: this.#hasher };
    return oneAtATime(this.#underWay, oidOf(file), signal, () =>
      explainingRefusals(client, refOf(commit), signal, () =>
        downloadChunks(request, target, signal, listener),
      ),
    );
  }

  #stored(file: SourceFile): StoredBlob {
    const blob = { oid: oidOf(file), sizeBytes: file.sizeBytes };
    return new StoredBlob(this.#objects, blob, this.#chunkBytes);
  }
}

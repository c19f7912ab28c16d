import type { Env } from '../../../core/env.js';
import { blobPath } from '../../artifacts/blob-folders.js';
import { markUsed } from '../../artifacts/local-store.js';
import type { Objects } from '../../artifacts/s3/objects.js';
import { StoredBlob } from '../../artifacts/s3/stored-blob.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { ChunkHasher } from '../chunks/chunk-hasher.js';
import { ByteAccount, type BlobListener } from '../download/byte-account.js';
import { FileHasher } from '../download/file-hasher.js';
import { isBlobThere } from '../download/files-on-disk.js';
import type { HubTuning } from '../http/tuning.js';
import { pinOf, type BucketObject } from './bucket-objects.js';
import { copyToBucket, copyToFolder } from './copy-object.js';
import { PinnedObject } from './pinned-object.js';

/** Objects of buckets that recipes name, and their copies in the store. There is one per process. */
export class BucketFiles {
  readonly #store: ArtifactStore;
  readonly #env: Env;
  readonly #tuning: HubTuning;
  readonly #open = new Map<string, Promise<Objects>>();
  readonly #fileHasher = new FileHasher();
  readonly #chunkHasher = new ChunkHasher();

  /** @param env - names the service and the key, as for AWS's own programs. */
  constructor(store: ArtifactStore, env: Env, tuning: HubTuning) {
    this.#store = store;
    this.#env = env;
    this.#tuning = tuning;
  }

  /** The objects of a bucket. */
  readonly open = (bucket: string): Promise<Objects> => {
    const found = this.#open.get(bucket) ?? this.#connect(`s3://${bucket}`);
    this.#open.set(bucket, found);
    return found;
  };

  /** A new empty folder on this disk. The caller removes it. */
  scratch(): Promise<string> {
    return this.#store.workplace.scratch();
  }

  async #connect(place: string): Promise<Objects> {
    const { openObjects } = await import('../../artifacts/s3/open-s3-store.js');
    const onWarning = (message: string): void => void process.stderr.write(`${message}\n`);
    // The counter of requests is about the store.
    return await openObjects(place, { env: this.#env, onWarning, count: () => undefined });
  }

  /**
   * The SHA-256 of an object's content, where it is in the store in this version; `undefined` where it is
   * not.
   */
  async known(object: BucketObject): Promise<string | undefined> {
    const pin = pinOf(object);
    const sha256 = await this.#store.read(digestNote(pin));
    return sha256 !== undefined && (await this.#isThere(pin, object)) ? sha256.trim() : undefined;
  }

  /**
   * Copies an object to the store, if it is not there, and hashes it.
   *
   * @returns the SHA-256 of its content, hex.
   * @throws {HeadraceError} FileChangedError, DiskFullError, those of {@link Objects}.
   */
  async copy(object: BucketObject, signal: AbortSignal, listener: BlobListener): Promise<string> {
    const known = await this.known(object);
    if (known !== undefined) {
      listener.had(object.sizeBytes);
      return known;
    }
    const pin = pinOf(object);
    const source = new PinnedObject(object, await this.open(object.bucket));
    const sha256 = await this.#copy(source, pin, new ByteAccount(listener), signal);
    await this.#store.note(digestNote(pin), `${sha256}\n`);
    return sha256;
  }

  #copy(source: PinnedObject, pin: string, account: ByteAccount, signal: AbortSignal): Promise<string> {
    const { medium, workplace } = this.#store;
    if (medium.kind === 'folder') {
      const path = blobPath(medium.root, { oid: pin });
      return copyToFolder(source, path, { hasher: this.#fileHasher, limits: this.#tuning, account }, signal);
    }
    const stored = this.#stored(medium.objects, pin, source.object);
    return copyToBucket(source, { stored, workplace, hasher: this.#chunkHasher }, account, signal);
  }

  async #isThere(pin: string, object: BucketObject): Promise<boolean> {
    const { medium } = this.#store;
    if (medium.kind === 'objects') return await this.#stored(medium.objects, pin, object).isWhole();
    const path = blobPath(medium.root, { oid: pin });
    if (!(await isBlobThere(path, object.sizeBytes))) return false;
    await markUsed(path);
    return true;
  }

  #stored(objects: Objects, oid: string, { sizeBytes }: BucketObject): StoredBlob {
    return new StoredBlob(objects, { oid, sizeBytes }, this.#tuning.chunkBytes);
  }
}

const digestNote = (pin: string): string => `bucket-files/${pin}`;

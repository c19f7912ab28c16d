import type { LifecycleRule } from '../../../core/store/lifecycle.js';
import type { ByteRange } from '../store.js';
import type { Offered } from './refusal.js';
import type { IncompleteUploads } from './incomplete-uploads.js';

/** An object in a list. */
export interface ObjectEntry {
  readonly key: string;
  readonly sizeBytes: number;
  /** When it was written, by the server's clock. */
  readonly at: Date;
  /** Names this version of it: another one has another ETag. It is no hash. */
  readonly etag: string;
}

/** An object, or one version of it. */
export interface ObjectFacts {
  readonly sizeBytes: number;
  /** As {@link ObjectEntry.etag}. */
  readonly etag: string;
  /** Where the bucket keeps versions. */
  readonly versionId?: string;
}

/** Which version of an object is read: any other counts as missing. */
export interface WantedVersion {
  readonly etag?: string;
  /** @default the current one */
  readonly versionId?: string;
}

/** Where bytes of an object go: a file of this disk that stays open. */
export interface Target {
  readonly descriptor: number;
  /** Position of the first byte in the file. */
  readonly at: number;
  /**
   * In hex: bytes with another SHA-256 are not written, unless the place is unshared. @default they are
   * written as they come, unhashed
   */
  readonly sha256?: string;
  /**
   * Nobody else uses the place meanwhile: the bytes are written as they come, and hashed. @default they are
   * in memory until their SHA-256 is right
   */
  readonly isUnshared?: boolean;
}

/** What came of an object. */
export interface Received {
  /** Less than asked for where the object ends before; then nothing was written. */
  readonly sizeBytes: number;
  /** Of the bytes, in hex, where the target has one. */
  readonly sha256: string | undefined;
}

/** A part of a joined object: another object, or a file of this disk. */
export type JoinedPart = { readonly sizeBytes: number } & (
  | { readonly key: string }
  | { readonly path: string }
);

/**
 * The objects below one prefix of a bucket of an S3-compatible service. Keys are relative to the prefix. The
 * service must have strong read-after-write consistency. Nothing here relies on conditional writes, ETags or
 * the order of lists: `ifAbsent` saves work, and a server that ignores it loses nothing.
 *
 * All throw {HeadraceError} StoreUnavailableError, BucketMissingError, StoreForbiddenError,
 * StoreRegionError, StoreClockError, StoreAnswerError.
 */
export interface Objects {
  /** `s3://bucket/prefix`. */
  readonly place: string;
  /** The object's bytes, or a range of them; `undefined` where it does not exist. For at most 64 MiB. */
  get(key: string, range?: ByteRange): Promise<Buffer | undefined>;
  /**
   * Writes a range of an object to a file, in a thread; `undefined` where the object does not exist.
   *
   * @param version - @default the current one, whatever it is
   */
  download(
    key: string,
    range: ByteRange,
    target: Target,
    signal?: AbortSignal,
    version?: WantedVersion,
  ): Promise<Received | undefined>;
  /**
   * An object, or a version of it; `undefined` where it does not exist.
   *
   * @param versionId - @default the current one
   */
  lookUp(key: string, versionId?: string): Promise<ObjectFacts | undefined>;
  /**
   * Writes an object of at most 5 GiB.
   *
   * @param body - the bytes, or a file of this disk.
   * @returns `exists` where `ifAbsent` was set and there is one, which may be this writer's own.
   */
  put(
    key: string,
    body: Uint8Array | { readonly path: string },
    options?: { readonly ifAbsent?: boolean; readonly signal?: AbortSignal },
  ): Promise<'written' | 'exists'>;
  /**
   * Writes a file of this disk, and hashes what is sent.
   *
   * @returns the SHA-256 of each chunk of `chunkBytes`, in hex.
   */
  upload(key: string, path: string, chunkBytes: number, signal?: AbortSignal): Promise<readonly string[]>;
  list(prefix: string): AsyncIterable<ObjectEntry>;
  /** Removes objects; missing ones are no error. */
  remove(keys: readonly string[]): Promise<void>;
  /** Joins parts to one object, in order, without reading objects. Each but the last has at least 5 MiB. */
  join(key: string, parts: readonly JoinedPart[]): Promise<void>;
  /** The uploads below the prefix that were never completed. */
  readonly uploads: IncompleteUploads;
  /** The lifecycle rules of the bucket; none where it has none. */
  lifecycleRules(): Promise<Offered<readonly LifecycleRule[]>>;
}

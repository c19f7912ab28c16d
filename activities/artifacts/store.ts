import { createHash } from 'node:crypto';
import type { ArtifactKind, ArtifactRef } from '../../core/contracts/artifact.js';
import { stableJson } from '../../core/stable-json.js';
import type { Medium } from './medium.js';
import type { Workplace } from './workplace.js';

/**
 * The store: immutable, named bytes that any worker which shares it can have. Outputs of stages are artifacts
 * under keys of their inputs: a few files and a manifest, which is written last. An artifact appears whole or
 * not at all, and never changes. Two writers of one key are harmless: equal keys mean equal content, and any
 * one of them stays.
 */
export interface ArtifactStore {
  /** 12 hex digits, made once with the store. It names the task queues of the store's workers. */
  readonly id: string;
  /** For people: the folder, or `s3://bucket/prefix`. */
  readonly place: string;
  /** What the store is made of, for the few parts that differ in it. */
  readonly medium: Medium;
  /** The local disk on which this process works. */
  readonly workplace: Workplace;
  /** The artifact; `undefined` where it is missing or its files differ from its manifest. */
  find(ref: ArtifactRef): Promise<Artifact | undefined>;
  /**
   * The artifact.
   *
   * @throws {HeadraceError} ArtifactMissingError where {@link find} returns `undefined`.
   */
  get(ref: ArtifactRef): Promise<Artifact>;
  /**
   * Makes the artifact: `write` fills a new folder and returns the manifest's `meta`.
   *
   * @returns the artifact of the store, which another writer may have made.
   * @throws {HeadraceError} DiskFullError; what `write` throws.
   */
  put(ref: ArtifactRef, write: (dir: string) => Promise<unknown>): Promise<Artifact>;
  /**
   * The content of a small file of an artifact, as UTF-8.
   *
   * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError.
   */
  text(artifact: Artifact, name: string): Promise<string>;
  /**
   * Makes files, or ranges of them, local, and calls `use` with a path for each. A path is a file of the full
   * size in which the ranges have their bytes; other bytes of it are undefined. The paths are valid until
   * `use` has ended, and must not be written to. Free where the files are local.
   *
   * @param signal - ends the transfers.
   * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError, DiskFullError; what `use` throws.
   */
  bring<Result>(
    wanted: readonly Wanted[],
    use: (paths: readonly string[]) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result>;
  /**
   * For people: where a file of an artifact is, for any program. One that a bucket has inside a manifest is
   * written there as an object of its own.
   */
  placeOf(artifact: Artifact, name: string): Promise<string>;
  /** Writes a note: a small text under a name such as `uses/1f0e.json`. It replaces the one before whole. */
  note(name: string, text: string): Promise<void>;
  /** The text of a note; `undefined` where there is none. */
  read(name: string): Promise<string | undefined>;
  /** The notes whose names begin with `prefix`, which ends with a slash, in no particular order. */
  notes(prefix: string): AsyncIterable<NoteEntry>;
}

/** A complete artifact of the store. */
export interface Artifact {
  readonly ref: ArtifactRef;
  /** What `write` returned. Readers parse it. */
  readonly meta: unknown;
  /** Its files by name. */
  readonly files: Readonly<Record<string, FileFacts>>;
}

/** What a manifest holds about a file. */
export interface FileFacts {
  readonly sizeBytes: number;
}

/** A note in a list. */
export interface NoteEntry {
  readonly name: string;
  readonly sizeBytes: number;
  /** When it was written, by the clock of the store. */
  readonly at: Date;
}

/** Content that was not made by a stage: a file of the Hub, or one that a client has imported. */
export interface Blob {
  /** SHA-256 of the content, or the git blob id of a plain file of the Hub; hex. */
  readonly oid: string;
  readonly sizeBytes: number;
  /** Repository of the Hub that it belongs to; none for an imported file. */
  readonly repository?: { readonly kind: 'dataset' | 'model'; readonly id: string };
  /** For messages: its path in the repository or where it was imported from. */
  readonly name: string;
}

/** Bytes `[from, to)` of a file. */
export interface ByteRange {
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/** A file that {@link ArtifactStore.bring} makes local; all of it, unless ranges are named. */
export type Wanted = {
  readonly ranges?: readonly ByteRange[];
  /**
   * Brings the ranges to the byte, unverified and past the cache: for ranges that are small and read once, by
   * a reader that has checksums of its own. @default false: whole chunks, verified and kept
   */
  readonly isReadOnce?: boolean;
} & (
  | { readonly artifact: Artifact; readonly file: string }
  | { readonly blob: Blob }
  /** A file outside the store, on this disk. */
  | { readonly path: string }
);

/**
 * Key of an artifact: SHA-256 over kind, the stage's code version and everything that decides its content.
 */
export function artifactKey(kind: ArtifactKind, codeVersion: number, inputs: unknown): string {
  return createHash('sha256').update(stableJson({ kind, codeVersion, inputs })).digest('hex');
}

import type { Upload } from '../../activities/artifacts/s3/incomplete-uploads.js';
import type { ArtifactKind, ArtifactRef } from '../../core/contracts/artifact.js';
import type { SourceUse } from '../../activities/hub/resolve/source-uses.js';

/** A downloaded file in the store, or a file of an unfinished download. */
export interface CachedFile {
  /** For people. */
  readonly path: string;
  readonly sizeBytes: number;
  /** `part`: an unfinished download and its records. */
  readonly kind: 'file' | 'part';
  readonly usedAt: Date;
  /** The runs that use it, newest first; empty for a part. */
  readonly uses: readonly SourceUse[];
}

export interface CachedRepository {
  /** `owner/name`; of other files a word for where they come from. */
  readonly id: string;
  /** `other`: imported files, and in a bucket those that no run names; `model`: tokenizers. */
  readonly kind: 'dataset' | 'model' | 'other';
  readonly files: readonly CachedFile[];
}

export interface CachedArtifact {
  readonly kind: ArtifactKind;
  readonly key: string;
  /** For people. */
  readonly dir: string;
  readonly sizeBytes: number;
  readonly usedAt: Date;
}

/** Scratch on this machine of running work, or of a process that was killed. */
export interface CachedScratch {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedAt: Date;
}

/** Files in a bucket that no manifest names: their writer was killed before its own, or came second. */
export interface Orphans extends ArtifactRef {
  /** For people: the folder of the writer. */
  readonly path: string;
  readonly files: number;
  readonly sizeBytes: number;
  /** When the newest of them was written. */
  readonly usedAt: Date;
}

/** A multipart upload that was begun and neither completed nor aborted. */
interface CachedUpload {
  /** For people. */
  readonly path: string;
  readonly upload: Upload;
  /** Of its parts; `null` where it is not known. */
  readonly sizeBytes: number | null;
  /** When it was begun. */
  readonly usedAt: Date;
}

export interface StoreSurvey {
  /** Of the store. */
  readonly place: string;
  readonly repositories: readonly CachedRepository[];
  readonly artifacts: readonly CachedArtifact[];
  readonly scratch: readonly CachedScratch[];
  /** None in a store in a folder, as the uploads. */
  readonly orphans: readonly Orphans[];
  readonly uploads: readonly CachedUpload[];
  /** What could not be looked at, and why: sentences. */
  readonly notes: readonly string[];
}

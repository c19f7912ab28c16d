import type { ArtifactKind } from '../../core/contracts/artifact.js';
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
  /** `other`: imported files, and in a bucket those that no run names. */
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

/** Scratch of running work, or of a process that was killed. */
export interface CachedScratch {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedAt: Date;
}

export interface StoreSurvey {
  /** Of the store. */
  readonly place: string;
  readonly repositories: readonly CachedRepository[];
  readonly artifacts: readonly CachedArtifact[];
  readonly scratch: readonly CachedScratch[];
}

import { z } from 'zod';
import type { Source } from '../recipe.js';
import type { ArtifactRef, Batches } from './artifact.js';

/** A source to resolve. */
export interface ResolveSourceInput {
  /** As in the recipe. */
  readonly source: Source;
  /** Folder of the run's results; `recipe.lock.json` is read and written there. */
  readonly out: string;
  /**
   * Takes what the Hub or the bucket has now instead of what `recipe.lock.json` holds, and notes what moved.
   * @default false
   */
  readonly updateLock?: boolean;
}

/** One file of a source. Lists of them are in reading order. */
export const SourceFile = z
  .object({
    /** Absolute real path of a local file; path in the repository of a Hub file; `s3://bucket/key`. */
    path: z.string(),
    /** On disk, so compressed where the file is. */
    sizeBytes: z.number(),
    /** SHA-256 of the bytes, hex. Known for local files and for LFS/Xet files of the Hub. */
    sha256: z.string().exactOptional(),
    /** Git blob id (SHA-1, hex) of a Hub file; the only hash of a plain git file. */
    gitOid: z.string().exactOptional(),
    /** Modification time of a local file in nanoseconds, decimal: shows a change between plan and use. */
    mtimeNs: z.string().exactOptional(),
    /**
     * Id of the content in the store, where that is no hash of it: of an object of a bucket, whose content is
     * known only when it is there.
     */
    storedAs: z.string().exactOptional(),
  })
  .readonly();
export type SourceFile = z.infer<typeof SourceFile>;

/** The files of a source, fixed: of a commit, or as they are on disk. */
export interface SourceResolution {
  /** The source's, in the recipe. */
  readonly name: string;
  /** Of kind `resolution`. */
  readonly resolution: ArtifactRef;
  /** Where the files are. */
  readonly kind: 'local' | 'hub';
  /** Canonical id; Hub sources only. */
  readonly dataset?: string;
  /** 40 hex digits; Hub sources only. */
  readonly commitSha?: string;
  /** Number of files that are not empty. */
  readonly files: number;
  /** Their size. */
  readonly bytes: number;
  /** Zero-byte files that were skipped. */
  readonly emptyFiles: number;
  /** The files, for `downloadFiles`; none of local sources. */
  readonly downloads: Batches;
  /** Sentences for the user: "Magpie-Align/magpie… is spelled Magpie-Align/Magpie…". At most 20. */
  readonly notes: readonly string[];
}

/** Files `[from, to)` of a Hub source. */
export interface DownloadFilesInput {
  /** Of kind `resolution`. */
  readonly resolution: ArtifactRef;
  /** Index of the first file. */
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/** The files of a range, all whole and verified. */
export type DownloadFilesResult = {
  /** Number of files of the range. */
  readonly files: number;
  /** Their size. */
  readonly bytes: number;
  /** Bytes fetched over the network in this attempt. */
  readonly fetchedBytes: number;
  /** Bytes of an earlier attempt that were on disk and used. */
  readonly resumedBytes: number;
  /** Files that were complete on disk already. */
  readonly reusedFiles: number;
};

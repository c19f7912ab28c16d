import { blobChunkBytes } from '../../../core/store/object-sizes.js';

/** Sizes, limits and pauses of the work with the Hub. Users cannot set them; tests make them small. */
export interface HubTuning {
  /** The most connections of this process for files. */
  readonly connections: number;
  /** The most connections of one file. */
  readonly connectionsPerFile: number;
  /** Files that one activity downloads at a time. */
  readonly filesAtOnce: number;
  /** A file is fetched in ranges of at most this size. */
  readonly rangeBytes: number;
  /** Bytes of a chunk of a file in a bucket. */
  readonly chunkBytes: number;
  /** Written bytes for each connection that start a flush. A kill loses at most four times as many. */
  readonly flushBytes: number;
  /** Milliseconds after the first written byte that start a flush. */
  readonly flushMs: number;
  /** Milliseconds of silence after which a connection is closed. */
  readonly stallMs: number;
  /** Failed tries in a row, without progress, after which the work fails. */
  readonly tries: number;
  /** First pause between tries, in milliseconds. It doubles, up to 16 times as long. */
  readonly retryMs: number;
  /**
   * Milliseconds. A longer Retry-After ends the attempt, so that the wait takes no activity slot: Temporal
   * retries.
   */
  readonly longestWaitMs: number;
}

/** The tuning of a worker. */
export const defaultTuning: HubTuning = {
  connections: 8,
  connectionsPerFile: 8,
  filesAtOnce: 4,
  rangeBytes: 32_000_000,
  chunkBytes: blobChunkBytes,
  flushBytes: 3_000_000,
  flushMs: 250,
  stallMs: 20_000,
  tries: 6,
  retryMs: 500,
  longestWaitMs: 60_000,
};

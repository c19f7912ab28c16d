/** Sizes, limits and pauses of the work with the Hub. Users cannot set them; tests make them small. */
export interface HubTuning {
  /** Connections of this process that carry files at a time. */
  readonly connections: number;
  /** Connections of one file at a time. */
  readonly connectionsPerFile: number;
  /** Files of one activity that are in work at a time. */
  readonly filesAtOnce: number;
  /** A file is fetched in ranges of at most this size. */
  readonly rangeBytes: number;
  /** The disk is flushed after so many bytes for each connection; a kill loses at most four times these. */
  readonly flushBytes: number;
  /** … or after so many milliseconds. */
  readonly flushMs: number;
  /** A connection that is silent for so long is cut. */
  readonly stallMs: number;
  /** The work fails after so many tries in a row without progress. */
  readonly tries: number;
  /** First pause between tries. It doubles, up to 16 times as long. */
  readonly retryMs: number;
  /**
   * A longer Retry-After ends the attempt, so that the wait occupies no activity slot: Temporal retries
   * later.
   */
  readonly longestWaitMs: number;
}

export const defaultTuning: HubTuning = {
  connections: 8,
  connectionsPerFile: 8,
  filesAtOnce: 4,
  rangeBytes: 32_000_000,
  flushBytes: 3_000_000,
  flushMs: 250,
  stallMs: 20_000,
  tries: 6,
  retryMs: 500,
  longestWaitMs: 60_000,
};

/** How the Hub is talked to. Users never set these; tests make them small. */
export interface HubTuning {
  /** Connections that carry files at a time, in this process. */
  readonly connections: number;
  /** Connections to one file at a time. */
  readonly connectionsPerFile: number;
  /** Files of one activity that are worked on at a time. */
  readonly filesAtOnce: number;
  /** A file is fetched in ranges of at most this size. */
  readonly segmentBytes: number;
  /** After so many bytes for each connection the disk is flushed and they count as had: a kill loses at most four times these. */
  readonly flushBytes: number;
  /** … or after so many milliseconds. */
  readonly flushMs: number;
  /** A connection without a byte for so long is cut. */
  readonly stallMs: number;
  /** Tries in a row without any progress before the work is given up. */
  readonly tries: number;
  /** First pause between tries; it doubles, up to 16 times as long. */
  readonly retryMs: number;
  /** A longer Retry-After is left to whoever schedules the work, so that waiting costs no slot. */
  readonly longestWaitMs: number;
}

export const defaultTuning: HubTuning = {
  connections: 8,
  connectionsPerFile: 8,
  filesAtOnce: 4,
  segmentBytes: 32_000_000,
  flushBytes: 3_000_000,
  flushMs: 250,
  stallMs: 20_000,
  tries: 6,
  retryMs: 500,
  longestWaitMs: 60_000,
};

import { partBytes } from '../../../core/store/object-sizes.js';

/** Sizes, limits and pauses of the work with an S3 service. Users cannot set them; tests make them small. */
export interface S3Tuning {
  /** The most requests of this process at a time. */
  readonly requestsAtOnce: number;
  /** Failed tries in a row after which the work fails. */
  readonly tries: number;
  /** First pause between tries, in milliseconds. It doubles, up to 16 times as long. */
  readonly retryMs: number;
  /** Milliseconds. A longer Retry-After ends the work, and Temporal retries. */
  readonly longestWaitMs: number;
  /** Milliseconds of silence after which a connection is closed. */
  readonly stallMs: number;
  /** A larger file is sent in parts of this size, at least 5 MiB. */
  readonly partBytes: number;
}

/** The tuning of a worker. */
export const defaultS3Tuning: S3Tuning = {
  requestsAtOnce: 16,
  tries: 6,
  retryMs: 300,
  longestWaitMs: 60_000,
  stallMs: 20_000,
  partBytes,
};

import type { Stage } from './run/stages.js';

/**
 * How far one piece of work is: an activity's heartbeat details, read by `headrace watch` from the server's list of
 * pending activities. Never a secret, never rows.
 */
export interface Progress {
  readonly stage: Stage;
  /** Names the piece for a person: "lmsys train-00002-of-00006". */
  readonly label: string;
  readonly done: number;
  /** `null` where the total is not known. */
  readonly total: number | null;
  readonly unit: 'bytes' | 'rows' | 'steps' | 'tokens' | 'files' | 'pieces';
  /** For instance "resumed from 120 MB" or "loss 2.31". */
  readonly note?: string;
  /** A position from which the next attempt can go on; each activity parses its own. */
  readonly resume?: unknown;
}

/** What its caller gives to a long piece of work. The caller is an activity, a test or a library call. */
export interface WorkContext {
  /** Aborted when the work has to stop, which it does within 2 s. */
  readonly signal: AbortSignal;
  /** The work calls it at least every few seconds while there is progress. Cheap to call often. */
  readonly progress: (progress: Progress) => void;
  /** The `resume` that the previous attempt reported last; absent in a first attempt. */
  readonly resume?: unknown;
}

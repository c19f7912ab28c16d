import type { Stage } from './run/stages.js';

/**
 * Progress of one piece of work: the heartbeat details of an activity, which `headrace watch` reads from the
 * server's list of pending activities. It holds no secrets and no rows.
 */
export interface Progress {
  readonly stage: Stage;
  /** A name for users: "lmsys train-00002-of-00006". */
  readonly label: string;
  readonly done: number;
  /** `null` if the total is unknown. */
  readonly total: number | null;
  readonly unit: 'bytes' | 'rows' | 'steps' | 'tokens' | 'files' | 'pieces';
  /** For instance "resumed from 120 MB" or "loss 2.31". */
  readonly note?: string;
  /** A position from which the next attempt can continue; each activity parses its own. */
  readonly resume?: unknown;
}

/** What the caller of a long piece of work provides: an activity, a test or a library call. */
export interface WorkContext {
  /** Aborted to stop the work, which ends within 2 s. */
  readonly signal: AbortSignal;
  /** Called at least every few seconds while there is progress. Cheap to call often. */
  readonly progress: (progress: Progress) => void;
  /** The last `resume` that the previous attempt reported; absent in a first attempt. */
  readonly resume?: unknown;
}

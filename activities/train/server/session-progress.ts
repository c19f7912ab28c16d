import { defined } from '../../../core/defined.js';
import type { Progress, WorkContext } from '../../../core/progress.js';

/** What the heartbeats of the work name, besides how far it is. */
export type SessionWork = Pick<Progress, 'stage' | 'label' | 'unit'>;

/**
 * Heartbeats of work in a Tinker session. `resume.sessionId` lets the next attempt finish the session that
 * this one leaves open. Nothing is sent before the session is open.
 */
export class SessionProgress {
  readonly #work: WorkContext;
  readonly #what: SessionWork;
  #done: number;
  #total: number;
  #sessionId: string | undefined;

  constructor(work: WorkContext, what: SessionWork, done: number, total: number) {
    this.#work = work;
    this.#what = what;
    this.#done = done;
    this.#total = total;
  }

  opened(sessionId: string): void {
    this.#sessionId = sessionId;
    this.note();
  }

  advanced(done: number, total: number, note?: string): void {
    this.#done = done;
    this.#total = total;
    this.note(note);
  }

  /** Repeats how far the work is, with a note. */
  readonly note = (note?: string): void => {
    if (this.#sessionId === undefined) return;
    this.#work.progress({
      ...this.#what,
      done: this.#done,
      total: this.#total,
      resume: { sessionId: this.#sessionId },
      ...defined({ note }),
    });
  };
}

/** What is billed by the token. */
export type BilledKind = 'training' | 'sampling_prefill' | 'sampling_sample';

/** Tokens of one kind that one session used in one hour. */
export interface BilledHour {
  /** Milliseconds; the hour begins then. */
  readonly hourMs: number;
  readonly sessionId: string;
  readonly kind: BilledKind;
  tokens: number;
}

const hour = 3_600_000;

/** The tokens that the sessions of this process used. Nothing is kept over a restart. */
export class Billing {
  readonly #hours = new Map<string, BilledHour>();

  add(sessionId: string, kind: BilledKind, tokens: number): void {
    const hourMs = Math.floor(Date.now() / hour) * hour;
    const key = `${hourMs} ${sessionId} ${kind}`;
    const billed = this.#hours.get(key) ?? { hourMs, sessionId, kind, tokens: 0 };
    billed.tokens += tokens;
    this.#hours.set(key, billed);
  }

  /** The hours that begin in `[fromMs, toMs)`. */
  between(fromMs: number, toMs: number): readonly BilledHour[] {
    return [...this.#hours.values()].filter(({ hourMs }) => hourMs >= fromMs && hourMs < toMs);
  }
}

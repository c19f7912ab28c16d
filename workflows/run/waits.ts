import type { Wait } from '../../core/run/state.js';

export type Decision = 'retry' | 'skip' | 'approve' | 'reject' | 'remix';

/** A source may be called as a stage is. */
const keyOf = ({ kind, what }: Pick<Wait, 'kind' | 'what'>): string => `${kind} ${what}`;

/** What the run waits for a person to say, and what has been said. */
export class Waits {
  private waiting: readonly Wait[] = [];
  private readonly decisions = new Map<string, Decision>();

  /** @param show - told when what the run waits for has changed. */
  constructor(private readonly show: (waiting: readonly Wait[]) => void) {}

  add(wait: Wait): void {
    this.change([...this.waiting.filter((other) => keyOf(other) !== keyOf(wait)), wait]);
  }

  remove(kind: Wait['kind'], what: string): void {
    this.change(this.waiting.filter((wait) => keyOf(wait) !== keyOf({ kind, what })));
  }

  isFor(kind: Wait['kind'], what: string): boolean {
    return this.waiting.some((wait) => keyOf(wait) === keyOf({ kind, what }));
  }

  /** What is waited for, for a person to read. */
  told(): string {
    const waiting = this.waiting.map((wait) => `${wait.kind} ${wait.what}`).join(', ');
    return `the run waits for: ${waiting === '' ? 'nothing' : waiting}`;
  }

  /** @throws {Error} which refuses an update: nobody is waited for there. */
  mustBeFor(kind: Wait['kind'], what: string): void {
    if (!this.isFor(kind, what))
      throw new Error(`${kind} "${what}" does not wait for anyone; ${this.told()}`);
  }

  decide(kind: Wait['kind'], what: string, decision: Decision): void {
    this.decisions.set(keyOf({ kind, what }), decision);
  }

  isDecided(wait: Wait): boolean {
    return this.decisions.has(keyOf(wait));
  }

  /** The decision, which is then no longer waited for. */
  take(wait: Wait): Decision {
    const decision = this.decisions.get(keyOf(wait)) ?? 'retry';
    this.decisions.delete(keyOf(wait));
    this.remove(wait.kind, wait.what);
    return decision;
  }

  private change(waiting: readonly Wait[]): void {
    this.waiting = waiting;
    this.show(waiting);
  }
}

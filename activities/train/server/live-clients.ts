import type { TinkerSession, TrainingClient } from '../../../tinker/index.js';

/** A training client with the session it lives in. */
export interface LiveClient {
  readonly session: TinkerSession;
  readonly client: TrainingClient;
  /** Identity of its server. */
  readonly server: string;
  /** Aborts every call of the client and its session. */
  readonly life: AbortController;
  /** Told what its calls wait for: billing, capacity. Whoever works with the client sets it. */
  onWait: (message: string) => void;
}

/** One that nobody asks for is finished after this: the run waits for a person, or goes on elsewhere. */
const idleMs = 600_000;

/**
 * Training clients between two segments. One may serve the next segment only where that segment starts from the very
 * state that it saved last; it is taken out by one segment alone and comes back only from a segment that succeeded.
 */
export class LiveClients {
  readonly #parked = new Map<string, { readonly live: LiveClient; readonly timer: NodeJS.Timeout }>();

  /** @param statePath - the last state that the client saved. */
  park(statePath: string, live: LiveClient): void {
    const timer = setTimeout(() => void this.#drop(statePath), idleMs).unref();
    this.#parked.set(statePath, { live, timer });
  }

  /** The client that saved `statePath` last, if it is here, alive and of that server. */
  checkOut(statePath: string, server: string): LiveClient | undefined {
    const found = this.#parked.get(statePath);
    if (found === undefined || found.live.server !== server) return undefined;
    clearTimeout(found.timer);
    this.#parked.delete(statePath);
    return found.live.client.isAlive && !found.live.session.isFinished ? found.live : undefined;
  }

  /** Finishes every session. */
  async close(): Promise<void> {
    await Promise.all([...this.#parked.keys()].map((statePath) => this.#drop(statePath)));
  }

  async #drop(statePath: string): Promise<void> {
    const found = this.#parked.get(statePath);
    if (found === undefined) return;
    clearTimeout(found.timer);
    this.#parked.delete(statePath);
    await finishQuietly(found.live, 'success');
  }
}

const finishPatienceMs = 1_500;

/**
 * Finishes a session where nobody can do anything about a failure: the server ends it itself when heartbeats stop. Waits no
 * longer than a cancelled activity may.
 */
export async function finishQuietly(
  live: LiveClient,
  reason: 'success' | 'errored' | 'interrupted',
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, finishPatienceMs);
  });
  await Promise.race([live.session.finish(reason).catch(() => undefined), patience]);
  clearTimeout(timer);
}

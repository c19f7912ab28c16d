import type { TinkerSession, TrainingClient } from '../../../tinker/index.js';

/** A training client with the session it lives in. */
export interface LiveClient {
  readonly session: TinkerSession;
  readonly client: TrainingClient;
  /** Identity of its server. */
  readonly server: string;
  /** Aborts every call of the client and its session. */
  readonly life: AbortController;
  readonly waits: WaitNotes;
}

/**
 * Forwards what the calls of a connection wait for (billing, capacity) to the segment that uses the
 * connection.
 */
export class WaitNotes {
  listener: ((message: string) => void) | undefined;

  readonly forward = (message: string): void => this.listener?.(message);
}

/**
 * A client that no segment takes for this long is finished: the run waits for a decision, or continues
 * on another worker.
 */
const idleMs = 600_000;

/**
 * Training clients between two segments. A client may serve the next segment only where that segment starts
 * from the state that the client saved last. One segment alone takes it out, and only a segment that
 * succeeded puts it back.
 */
export class LiveClients {
  readonly #parked = new Map<string, { readonly live: LiveClient; readonly timer: NodeJS.Timeout }>();

  /** @param statePath - the last state that the client saved. */
  park(statePath: string, live: LiveClient): void {
    const timer = setTimeout(() => void this.#drop(statePath), idleMs).unref();
    this.#parked.set(statePath, { live, timer });
  }

  /** The client of that server that saved `statePath` last, if it is parked and alive. */
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

/** Milliseconds. A cancelled activity has to end soon. */
const finishPatienceMs = 1_500;

/** Finishes a session and ignores failures: without heartbeats the server ends the session itself. */
export async function finishQuietly(
  { session }: Pick<LiveClient, 'session'>,
  reason: 'success' | 'errored' | 'interrupted',
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, finishPatienceMs);
  });
  await Promise.race([session.finish(reason).catch(() => undefined), patience]);
  clearTimeout(timer);
}

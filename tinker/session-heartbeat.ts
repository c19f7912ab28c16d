import { describeFailure, TinkerError } from './errors.js';
import type { Transport } from './http/transport.js';

const everyMs = 10_000;
/** Without a successful heartbeat for this long a warning is sent to the user. */
const warnAfterMs = 120_000;

export interface SessionHeartbeatOptions {
  readonly transport: Transport;
  readonly sessionId: string;
  readonly onWarning: (message: string) => void;
}

/**
 * Reports to the server every ten seconds that the session is in use: without that the server ends it, with
 * its models.
 */
export class SessionHeartbeat {
  readonly #options: SessionHeartbeatOptions;
  readonly #timer: NodeJS.Timeout;
  #lastMs: number;
  #isStopped = false;

  constructor(options: SessionHeartbeatOptions) {
    this.#options = options;
    this.#lastMs = options.transport.clock.now();
    this.#timer = setInterval(() => void this.#beat(), everyMs);
    this.#timer.unref();
  }

  /** True after `stop`, and once the server has ended the session. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  async #beat(): Promise<void> {
    const { transport, sessionId } = this.#options;
    try {
      await transport.send({
        class: 'once',
        method: 'POST',
        path: 'session_heartbeat',
        body: { session_id: sessionId, type: 'session_heartbeat' },
        timeoutMs: everyMs,
        inSession: true,
      });
      this.#lastMs = transport.clock.now();
    } catch (error) {
      if (!this.#isStopped) this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const { transport, sessionId, onWarning } = this.#options;
    if (error instanceof TinkerError && error.kind === 'expired') {
      this.stop();
      onWarning(`The server has ended the session ${sessionId}`);
      return;
    }
    const silentMs = transport.clock.now() - this.#lastMs;
    if (silentMs <= warnAfterMs) return;
    const seconds = Math.round(silentMs / 1000);
    onWarning(`No heartbeat of session ${sessionId} got through for ${seconds} s: ${describeFailure(error)}`);
  }
}

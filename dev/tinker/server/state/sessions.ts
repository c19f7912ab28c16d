import { randomUUID } from 'node:crypto';
import { Problem } from '../problem.js';

export interface Session {
  readonly id: string;
  /** As the client named it. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Why the session ended; `undefined` while it is live. */
  ended: string | undefined;
  /** Milliseconds of the monotonic clock. */
  lastHeartbeat: number;
  /** Answers to requests that name a sequence id of the session, by route and id. */
  readonly answered: Map<string, { readonly bodyHash: string; readonly answer: unknown }>;
}

/** Live and ended sessions of this process. They do not survive a restart. */
export class Sessions {
  readonly #lapseSeconds: number;
  /** Called once for every session that ends, for any reason. */
  readonly #onEnd: (session: Session, why: string) => void;
  readonly #byId = new Map<string, Session>();

  constructor(lapseSeconds: number, onEnd: (session: Session, why: string) => void) {
    this.#lapseSeconds = lapseSeconds;
    this.#onEnd = onEnd;
  }

  create(metadata: Session['metadata']): Session {
    const session: Session = {
      id: randomUUID(),
      metadata,
      ended: undefined,
      lastHeartbeat: performance.now(),
      answered: new Map(),
    };
    this.#byId.set(session.id, session);
    return session;
  }

  /** @throws {Problem} 404 where this process never had it, 410 where it has ended. */
  live(id: string): Session {
    this.endLapsed();
    const session = this.#byId.get(id);
    if (session === undefined)
      throw new Problem(
        404,
        `Session ${id} does not exist; live sessions do not survive a restart of the server`,
      );
    if (session.ended !== undefined) throw new Problem(410, session.ended);
    return session;
  }

  /** Also of a session that has ended; empty for one that this process never had. */
  metadataOf(id: string): Session['metadata'] {
    return this.#byId.get(id)?.metadata ?? {};
  }

  heartbeat(id: string): void {
    this.live(id).lastHeartbeat = performance.now();
  }

  /** Ends a session; ending it again changes nothing. @throws {Problem} 404 */
  finish(id: string, reason: string): void {
    const session = this.#byId.get(id);
    if (session === undefined) throw new Problem(404, `Session ${id} does not exist`);
    this.#end(session, `Session ${id} is finished (${reason}); its models are unloaded`);
  }

  /** Ends the sessions that sent no heartbeat for too long. */
  endLapsed(): void {
    const oldest = performance.now() - this.#lapseSeconds * 1000;
    for (const session of this.#byId.values())
      if (session.lastHeartbeat < oldest)
        this.#end(
          session,
          `Session ${session.id} lapsed (no heartbeat for ${this.#lapseSeconds} s); its models are unloaded`,
        );
  }

  #end(session: Session, why: string): void {
    if (session.ended !== undefined) return;
    session.ended = why;
    this.#onEnd(session, why);
  }
}

/**
 * The answer to a request with a sequence id within its session: made once, repeated for an equal body.
 *
 * @throws {Problem} 409 where the id was used with another body.
 */
export async function once<T>(
  session: Session,
  key: string,
  bodyHash: string,
  make: () => T | Promise<T>,
): Promise<T> {
  const earlier = session.answered.get(key);
  if (earlier !== undefined) {
    if (earlier.bodyHash !== bodyHash)
      throw new Problem(409, `Sequence number was reused: ${key} came with another body before`);
    return (await earlier.answer) as T;
  }
  const answer = Promise.resolve().then(make);
  session.answered.set(key, { bodyHash, answer });
  try {
    return await answer;
  } catch (error) {
    session.answered.delete(key);
    throw error;
  }
}

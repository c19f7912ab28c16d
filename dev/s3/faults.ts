import type { Operation } from './operations.js';

interface Common {
  /** The requests that it applies to. @default every operation */
  readonly operation?: Operation | readonly Operation[];
  /** Pattern on the path `/bucket/key`. @default every path */
  readonly path?: RegExp;
  /** Number of requests that fail. @default Infinity */
  readonly times?: number;
  /** It applies to each n-th of these requests: 20 makes 5 % of them fail. @default 1 */
  readonly every?: number;
}

/** A fault that the proxy can be made to have. Byte counts are of the answer's body. */
export type S3Fault = Common &
  (
    | {
        /** The answer is this error, and nothing is done. */
        readonly kind: 'error';
        readonly status: number;
        /** `SlowDown`, `InternalError`, `ConditionalRequestConflict`, `RequestTimeTooSkewed` … */
        readonly code: string;
        /** @default one that names the proxy */
        readonly message?: string;
        readonly headers?: Readonly<Record<string, string>>;
      }
    /** The answer is this document, and nothing is done, for a request that the server does not know. */
    | { readonly kind: 'answer'; readonly xml: string }
    /** The answer is an error with status 200, and nothing is done, as S3 answers CompleteMultipartUpload. */
    | { readonly kind: 'error-in-200'; readonly code: string }
    /** The connection is cut after that many bytes. */
    | { readonly kind: 'drop-after'; readonly bytes: number }
    /** No byte follows that many, and the connection stays open. */
    | { readonly kind: 'stall'; readonly bytes: number }
    /** The byte at this offset of the body is inverted. */
    | { readonly kind: 'corrupt'; readonly offset: number }
    /** The work is done, then the connection is cut before the answer. */
    | { readonly kind: 'lose-answer' }
    /** `If-None-Match` and `If-Match` are ignored, as some servers do. */
    | { readonly kind: 'ignore-condition' }
    /** The token of a session is not looked at, for a server that has no keys of sessions. */
    | { readonly kind: 'ignore-token' }
    /** Lists lack the objects that were written after the fault was armed. */
    | { readonly kind: 'stale-list' }
    /** The request waits that long, for a network with a latency. */
    | { readonly kind: 'delay'; readonly ms: number }
  );

/** A fault that is armed. */
export interface ArmedFault {
  readonly fault: S3Fault;
  /** Paths that were written since. */
  readonly written: Set<string>;
  seen: number;
  fired: number;
}

/** The armed faults of a proxy, oldest first. */
export class S3Faults {
  #armed: ArmedFault[] = [];

  /** Arms a fault. Returns a function that counts the requests that it was applied to. */
  arm(fault: S3Fault): () => number {
    const armed: ArmedFault = { fault, written: new Set(), seen: 0, fired: 0 };
    this.#armed.push(armed);
    return () => armed.fired;
  }

  clear(): void {
    this.#armed = [];
  }

  /** Notes that an object was written, for lists that are to lack it. */
  noteWritten(path: string): void {
    for (const { fault, written } of this.#armed) if (fault.kind === 'stale-list') written.add(path);
  }

  /** All faults of one request, each kind at most once. They are counted as applied. */
  take(operation: Operation, path: string): readonly ArmedFault[] {
    const taken = new Map<S3Fault['kind'], ArmedFault>();
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (taken.has(fault.kind) || !isMeant(fault, operation, path)) continue;
      if (armed.fired >= (fault.times ?? Infinity)) continue;
      armed.seen += 1;
      if (armed.seen % (fault.every ?? 1) !== 0) continue;
      armed.fired += 1;
      taken.set(fault.kind, armed);
    }
    return [...taken.values()];
  }
}

function isMeant({ operation, path: pattern, kind }: S3Fault, found: Operation, path: string): boolean {
  if (kind === 'stale-list' && found !== 'ListObjectsV2') return false;
  if (operation !== undefined && ![operation].flat().includes(found)) return false;
  return pattern?.test(path) ?? true;
}

import { z } from 'zod';

const common = {
  /** Regular expression on the request's path. */
  path: z.string().refine(isPattern, 'must be a regular expression'),
  /** Number of requests that fail. @default 1 */
  times: z.int().min(1).default(1),
};

const untilCleared = z.int().min(1).default(Number.MAX_SAFE_INTEGER);

/** A fault that the Hub can be made to have. Byte counts are of the response's body. */
export const Fault = z.discriminatedUnion('kind', [
  /** The connection is cut after that many bytes. */
  z.strictObject({ ...common, kind: z.literal('drop-after'), bytes: z.int().min(0) }),
  /** No byte follows that many, and the connection stays open. */
  z.strictObject({ ...common, kind: z.literal('stall'), bytes: z.int().min(0).default(0) }),
  /** The byte at this offset of the file is inverted. Applies to responses that contain it. */
  z.strictObject({ ...common, kind: z.literal('corrupt'), offset: z.int().min(0).default(0) }),
  /**
   * The file has been replaced: every byte and the ETag differ, and it is that much longer. @default times:
   * until cleared
   */
  z.strictObject({
    ...common,
    times: untilCleared,
    kind: z.literal('change'),
    longerBytes: z.int().min(0).default(0),
  }),
  /** The answer is this status. */
  z.strictObject({
    ...common,
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    retryAfterSeconds: z.number().min(0).optional(),
  }),
  /** The signed URL has expired. Applies to the second origin. */
  z.strictObject({ ...common, kind: z.literal('expire-url') }),
  /** Each response is sent at this speed. @default times: until cleared */
  z.strictObject({
    ...common,
    times: untilCleared,
    kind: z.literal('rate'),
    bytesPerSecond: z.number().gt(0),
  }),
]);
export type Fault = z.infer<typeof Fault>;
/** A fault before its defaults are applied; `path` may be a RegExp. */
export type FaultRequest = Omit<z.input<typeof Fault>, 'path' | 'kind'> &
  DistributiveOmit<z.input<typeof Fault>, 'path'> & { readonly path: string | RegExp };
type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;

interface ArmedFault {
  readonly fault: Fault;
  readonly pattern: RegExp;
  fired: number;
}

/** The armed faults of a Hub, oldest first. */
export class Faults {
  #armed: ArmedFault[] = [];

  /** Arms a fault. Returns a function that counts the requests that it made fail. */
  arm(request: FaultRequest): () => number {
    const { path } = request;
    const fault = Fault.parse({ ...request, path: typeof path === 'string' ? path : path.source });
    const armed: ArmedFault = { fault, pattern: new RegExp(fault.path), fired: 0 };
    this.#armed.push(armed);
    return () => armed.fired;
  }

  list(): readonly (Fault & { readonly fired: number })[] {
    return this.#armed
      .filter(({ fault, fired }) => fired < fault.times)
      .map(({ fault, fired }) => ({ ...fault, fired }));
  }

  clear(): void {
    this.#armed = [];
  }

  /** Returns the first fault of that kind that applies to this request, and counts it as fired. */
  take<K extends Fault['kind']>(
    kind: K,
    path: string,
    applies: (fault: Extract<Fault, { kind: K }>) => boolean = () => true,
  ): Extract<Fault, { kind: K }> | undefined {
    for (const armed of this.#armed) {
      if (armed.fault.kind !== kind || armed.fired >= armed.fault.times || !armed.pattern.test(path))
        continue;
      const fault = armed.fault as Extract<Fault, { kind: K }>;
      if (!applies(fault)) continue;
      armed.fired += 1;
      return fault;
    }
    return undefined;
  }
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

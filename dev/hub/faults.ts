import { z } from 'zod';

const common = {
  /** Regular expression on the request's path. */
  path: z.string(),
  /** How many requests it strikes. @default 1 */
  times: z.int().min(1).default(1),
};

/** What can go wrong on request. Byte counts are of the response's body. */
export const Fault = z.discriminatedUnion('kind', [
  /** The connection is cut after that many bytes. */
  z.strictObject({ ...common, kind: z.literal('drop-after'), bytes: z.int().min(0) }),
  /** After that many bytes nothing more comes, and the connection stays open. */
  z.strictObject({ ...common, kind: z.literal('stall'), bytes: z.int().min(0).default(0) }),
  /** One byte, at this offset of the file, is another. Strikes only responses that hold it. */
  z.strictObject({ ...common, kind: z.literal('corrupt'), offset: z.int().min(0).default(0) }),
  /**
   * The file is another one: every byte and the ETag differ, and it is longer by so many bytes. @default
   * times: until cleared
   */
  z.strictObject({
    ...common,
    times: z.int().min(1).default(Number.MAX_SAFE_INTEGER),
    kind: z.literal('change'),
    longerBytes: z.int().min(0).default(0),
  }),
  /** This status in the place of the answer. */
  z.strictObject({
    ...common,
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    retryAfterSeconds: z.number().min(0).optional(),
  }),
  /** The signed URL has expired. Strikes the second origin only. */
  z.strictObject({ ...common, kind: z.literal('expire-url') }),
  /** Bytes come at this speed. @default times: until cleared */
  z.strictObject({
    ...common,
    times: z.int().min(1).default(Number.MAX_SAFE_INTEGER),
    kind: z.literal('rate'),
    bytesPerSecond: z.number().gt(0),
  }),
]);
export type Fault = z.infer<typeof Fault>;
/** A fault as callers write it: `path` may be a RegExp. */
export type FaultRequest = Omit<z.input<typeof Fault>, 'path' | 'kind'> &
  DistributiveOmit<z.input<typeof Fault>, 'path'> & { readonly path: string | RegExp };
type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;

interface Armed {
  readonly fault: Fault;
  readonly pattern: RegExp;
  fired: number;
}

/** The faults that are armed. */
export class Faults {
  #armed: Armed[] = [];

  /** Arms a fault. Returns a function that counts how often it has struck. */
  arm(request: FaultRequest): () => number {
    const { path } = request;
    const fault = Fault.parse({ ...request, path: typeof path === 'string' ? path : path.source });
    const armed: Armed = { fault, pattern: new RegExp(fault.path), fired: 0 };
    this.#armed.push(armed);
    return () => armed.fired;
  }

  clear(): void {
    this.#armed = [];
  }

  /** The fault of that kind that strikes this request, once: it counts as fired. */
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

import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { decodeMessage, encodeMessage } from '../../../../tinker/wire/messages.js';

/** A fault to play on requests that meet all conditions. */
export const Fault = z.object({
  /** The end of the request's path, such as `optim_step`. */
  path: z.string().min(1),
  method: z.string().optional(),
  /** Value of `X-Tinker-Request-Type`, to pick polls of one kind of request. */
  requestType: z.string().optional(),
  /** How many matching requests pass first. */
  skip: z.number().int().nonnegative().default(0),
  /** How many requests it is then played on. */
  times: z.number().int().positive().default(1),
  /** Milliseconds to wait before anything else, or less where the faults are removed meanwhile. */
  delayMs: z.number().int().nonnegative().max(600_000).default(0),
  /** `before` cuts the connection instead of doing the work; `after` does the work and then cuts it. */
  drop: z.enum(['before', 'after']).optional(),
  /** Answer with this status instead of doing the work. */
  status: z.number().int().min(200).max(599).optional(),
  body: z.unknown().optional(),
  /**
   * Does the work as if the request's body had these fields: `{ optimizer: false }` on `load_weights` is a
   * server that does not restore the optimizer.
   */
  set: z.record(z.string(), z.unknown()).optional(),
  headers: z.record(z.string(), z.string()).default({}),
});
export type Fault = z.infer<typeof Fault>;

interface Armed {
  readonly fault: Fault;
  seen: number;
}

/** Faults of tests, oldest first. The first that matches a request is played. */
export class Faults {
  #armed: Armed[] = [];
  #cleared = new AbortController();

  arm(fault: Fault): void {
    this.#armed.push({ fault, seen: 0 });
  }

  /** Removes all faults; the requests that one of them delays continue. */
  clear(): void {
    this.#armed = [];
    this.#cleared.abort();
    this.#cleared = new AbortController();
  }

  /** Waits as long as the fault delays a request. */
  async delay({ delayMs }: Fault): Promise<void> {
    const { signal } = this.#cleared;
    await sleep(delayMs, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  list(): readonly (Fault & { readonly seen: number })[] {
    return this.#armed.map(({ fault, seen }) => ({ ...fault, seen }));
  }

  /** Returns the fault of this request, if any, and counts the request. */
  take(method: string, path: string, requestType: string | undefined): Fault | undefined {
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (!path.endsWith(fault.path)) continue;
      if (fault.method !== undefined && fault.method !== method) continue;
      if (fault.requestType !== undefined && fault.requestType !== requestType) continue;
      armed.seen += 1;
      if (armed.seen <= fault.skip) continue;
      if (armed.seen === fault.skip + fault.times) this.#armed = this.#armed.filter((each) => each !== armed);
      return fault;
    }
    return undefined;
  }
}

/** Applies faults to every route below `/api`. */
export function playFaults(app: FastifyInstance, faults: Faults): void {
  const dropped = new WeakSet<object>();
  const changed = new WeakMap<object, NonNullable<Fault['set']>>();
  app.addHook('onRequest', async (request, reply) => {
    const [path = ''] = request.url.split('?');
    if (!path.startsWith('/api/')) return;
    const type = request.headers['x-tinker-request-type'];
    const fault = faults.take(request.method, path, typeof type === 'string' ? type : undefined);
    if (fault === undefined) return;
    await faults.delay(fault);
    if (fault.drop === 'before') {
      reply.hijack();
      request.raw.socket.destroy();
      return;
    }
    if (fault.drop === 'after') dropped.add(request);
    if (fault.set !== undefined) changed.set(request, fault.set);
    if (fault.status !== undefined)
      await reply
        .status(fault.status)
        .headers(fault.headers)
        .send(fault.body ?? { detail: `Fault on request: ${fault.status}` });
  });
  app.addHook('preHandler', async (request) => {
    const fields = changed.get(request);
    if (fields !== undefined) request.body = withFields(request.body, fields);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (!dropped.has(request)) return payload;
    reply.hijack();
    request.raw.socket.destroy();
    return payload;
  });
}

/** A body of JSON, or the one kind of body that is protobuf. */
function withFields(body: unknown, fields: NonNullable<Fault['set']>): unknown {
  const isProto = body instanceof Uint8Array;
  const sent = z.looseObject({}).parse(isProto ? decodeMessage('ForwardBackwardRequest', body) : body);
  const changed = { ...sent, ...fields };
  return isProto ? encodeMessage('ForwardBackwardRequest', changed) : changed;
}

import { z } from 'zod';
import { TinkerError } from './errors.js';
import { isProtobuf, type Answer } from './http/answer.js';
import type { Transport } from './http/transport.js';

/** The immediate answer to a call that changes a model. The id is opaque. */
export const Submitted = z.object({
  request_id: z.string(),
  model_id: z.string().nullish(),
});

export type RequestType =
  | 'CreateModel'
  | 'ForwardBackward'
  | 'Forward'
  | 'OptimStep'
  | 'SaveWeights'
  | 'SaveWeightsForSampler'
  | 'SaveWeightsExternal'
  | 'LoadWeights'
  | 'Sample';

const Pending = z.object({
  type: z.literal('try_again'),
  queue_state: z.string().nullish(),
  queue_state_reason: z.string().nullish(),
});
const Failed = z.object({ error: z.string(), category: z.string().nullish() });
const Metadata = z.object({ status: z.literal('complete_metadata') });

/** The server holds a poll for a while; where it answers at once the client must not poll in a busy loop. */
const shortestPollMs = 50;

export interface FutureOptions {
  readonly type: RequestType;
  readonly signal?: AbortSignal | undefined;
  /** Called with the reason that a request waits: "paused_capacity: …". */
  readonly onWait?: ((message: string) => void) | undefined;
}

/** Requests whose results travel as protobuf. */
const binaryTypes: readonly RequestType[] = ['ForwardBackward', 'Forward', 'Sample'];

/**
 * Polls until the request is done and returns the answer that holds its result.
 * There is no deadline: the caller's signal is one.
 *
 * @throws {TinkerError} failed, expired, and what a call throws.
 */
export async function retrieveFuture(
  transport: Transport,
  requestId: string,
  options: FutureOptions,
): Promise<Answer> {
  for (let iteration = 0; ;) {
    const answer = await transport.send({
      class: 'poll',
      method: 'POST',
      path: 'retrieve_future',
      // `true` lets a server answer with the size alone first. This client has no memory budget to keep.
      body: { request_id: requestId, allow_metadata_only: false },
      accept: binaryTypes.includes(options.type) ? 'application/x-protobuf' : 'application/json',
      timeoutMs: 45_000,
      inSession: true,
      signal: options.signal,
      onRetry: options.onWait,
      headersOfTry: () => {
        const headers = {
          'x-tinker-request-iteration': String(iteration),
          'x-tinker-request-type': options.type,
        };
        iteration += 1;
        return headers;
      },
    });
    if (isProtobuf(answer) || isDone(answer.json(), transport, options)) return answer;
    const rest = shortestPollMs - answer.tookMs;
    if (rest > 0) await transport.clock.sleep(rest, options.signal);
  }
}

/** @throws {TinkerError} failed. */
function isDone(value: unknown, transport: Transport, { type, onWait }: FutureOptions): boolean {
  const failed = Failed.safeParse(value);
  if (failed.success) {
    const detail = transport.redact(failed.data.error);
    throw new TinkerError('failed', `${type} failed on the server: ${detail}`, { detail });
  }
  const pending = Pending.safeParse(value);
  if (!pending.success) return !Metadata.safeParse(value).success;
  const { queue_state: state, queue_state_reason: reason } = pending.data;
  if (state?.startsWith('paused') === true) onWait?.(`${state}: ${reason ?? 'no reason given'}`);
  return false;
}

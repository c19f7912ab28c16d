import { z } from 'zod';
import { TinkerError } from './errors.js';
import type { Answer, Transport } from './transport.js';

/** What a mutating call is answered with at once. The id is opaque. */
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

/** The server holds a poll for a while; one that it answers at once must not make a busy loop. */
const shortestPollMs = 50;

export interface FutureOptions {
  readonly type: RequestType;
  readonly signal?: AbortSignal | undefined;
  /** Told why the request waits: "paused_capacity: …". */
  readonly onWait?: ((message: string) => void) | undefined;
}

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
  const isBinary = ['ForwardBackward', 'Forward', 'Sample'].includes(options.type);
  let iteration = 0;
  for (;;) {
    const answer = await transport.send({
      class: 'poll',
      method: 'POST',
      path: 'retrieve_future',
      // `true` lets a server answer with the size alone first; this client has no budget to keep, so it takes the result.
      body: { request_id: requestId, allow_metadata_only: false },
      accept: isBinary ? 'application/x-protobuf' : 'application/json',
      timeoutMs: 45_000,
      inSession: true,
      signal: options.signal,
      onRetry: options.onWait,
      headersOfTry: () => ({
        'x-tinker-request-iteration': String(iteration++),
        'x-tinker-request-type': options.type,
      }),
    });
    if (isProtobuf(answer)) return answer;
    const value = answer.json();
    const failed = Failed.safeParse(value);
    if (failed.success)
      throw new TinkerError('failed', `${options.type} failed on the server: ${failed.data.error}`, {
        detail: failed.data.error,
      });
    const pending = Pending.safeParse(value);
    if (!pending.success && !Metadata.safeParse(value).success) return answer;
    if (pending.success && pending.data.queue_state?.startsWith('paused') === true)
      options.onWait?.(
        `${pending.data.queue_state}: ${pending.data.queue_state_reason ?? 'no reason given'}`,
      );
    const rest = shortestPollMs - answer.tookMs;
    if (rest > 0) await transport.clock.sleep(rest, options.signal);
  }
}

export function isProtobuf(answer: Answer): boolean {
  return (answer.headers.get('content-type') ?? '').includes('protobuf');
}

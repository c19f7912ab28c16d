import { TinkerError } from './errors.js';
import { retrieveFuture, Submitted } from './futures.js';
import { isProtobuf, parseAnswer } from './http/answer.js';
import type { Transport } from './http/transport.js';
import { decodeSampleResult, parseSampleResult, type SampleResult } from './wire/sample.js';

export interface SampleRequest {
  readonly promptTokens: ArrayLike<number>;
  /** @default 1 */
  readonly numSamples?: number;
  readonly maxTokens: number;
  /** 0: greedy. @default 1 */
  readonly temperature?: number;
  /** -1: all. @default -1 */
  readonly topK?: number;
  /** @default 1 */
  readonly topP?: number;
  /** Strings or token ids. @default the model's end token */
  readonly stop?: readonly string[] | readonly number[];
  readonly seed?: number;
  /** Whether to return the log-probability of every prompt token. @default false */
  readonly promptLogprobs?: boolean;
  readonly signal?: AbortSignal;
}

export interface SamplingClientOptions {
  readonly transport: Transport;
  /** The server's id of the sampling session. */
  readonly samplingSessionId: string;
  /** Of requests without one. */
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: (message: string) => void;
}

/** A request whose result the server has lost (410) is sent again at most this often. */
const mostResubmits = 3;

/** Samples from a base model or from saved sampler weights. Calls may run side by side. */
export class SamplingClient {
  readonly #options: SamplingClientOptions;
  #nextSeqId = 0;

  constructor(options: SamplingClientOptions) {
    this.#options = options;
  }

  /** @throws {TinkerError} invalid, where the prompt has no tokens. */
  async sample(request: SampleRequest): Promise<SampleResult> {
    if (request.promptTokens.length === 0)
      throw new TinkerError('invalid', 'A prompt without tokens is refused before it is sent');
    for (let resubmits = 0; ; resubmits += 1)
      try {
        return await this.#sampleOnce(request);
      } catch (error) {
        const isLost = error instanceof TinkerError && error.status === 410;
        if (!isLost || resubmits >= mostResubmits) throw error;
      }
  }

  /** Log-probability of every token given those before it; `null` for the first, and for one that is NaN. */
  async computeLogprobs(
    tokens: ArrayLike<number>,
    signal?: AbortSignal,
  ): Promise<readonly (number | null)[]> {
    const { promptLogprobs } = await this.sample({
      promptTokens: tokens,
      maxTokens: 1,
      promptLogprobs: true,
      ...(signal === undefined ? {} : { signal }),
    });
    // SkyRL leaves the first one out.
    if (promptLogprobs.length === tokens.length - 1) return [null, ...promptLogprobs];
    if (promptLogprobs.length !== tokens.length)
      throw new TinkerError(
        'protocol',
        `The server returned ${promptLogprobs.length} log-probabilities for ${tokens.length} tokens`,
      );
    return promptLogprobs;
  }

  async #sampleOnce(request: SampleRequest): Promise<SampleResult> {
    const { transport, samplingSessionId, onWait } = this.#options;
    const signal = request.signal ?? this.#options.signal;
    const seqId = this.#nextSeqId;
    this.#nextSeqId += 1;
    const submitted = await transport.send({
      class: 'submit',
      method: 'POST',
      path: 'asample',
      body: sampleBody(samplingSessionId, seqId, request),
      headers: { 'x-tinker-sampling-backpressure': '1' },
      inSession: true,
      signal,
      onRetry: onWait,
    });
    const { request_id } = parseAnswer(Submitted, submitted, 'asample');
    const answer = await retrieveFuture(transport, request_id, { type: 'Sample', signal, onWait });
    return isProtobuf(answer) ? decodeSampleResult(answer.bytes) : parseSampleResult(answer.json());
  }
}

/** The body of `asample`, with every field that the Python SDK sends. */
function sampleBody(samplingSessionId: string, seqId: number, request: SampleRequest): unknown {
  return {
    sampling_session_id: samplingSessionId,
    seq_id: seqId,
    num_samples: request.numSamples ?? 1,
    prompt: { chunks: [{ tokens: Array.from(request.promptTokens), type: 'encoded_text' }] },
    sampling_params: {
      max_tokens: request.maxTokens,
      seed: request.seed,
      stop: request.stop,
      temperature: request.temperature ?? 1,
      top_k: request.topK ?? -1,
      top_p: request.topP ?? 1,
    },
    prompt_logprobs: request.promptLogprobs ?? false,
    topk_prompt_logprobs: 0,
    topk_sample_logprobs: 0,
    prompt_alt_tokens_k: 0,
    record_stability_info: false,
    type: 'sample',
  };
}

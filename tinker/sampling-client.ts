import { z } from 'zod';
import { TinkerError } from './errors.js';
import { isProtobuf, retrieveFuture, Submitted } from './futures.js';
import { parseAnswer, type Answer, type Transport } from './transport.js';
import { decodeMessage } from './wire/messages.js';
import { readTensor } from './wire/tensors.js';

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
  /** Strings or token ids; without it the model's end token stops. */
  readonly stop?: readonly string[] | readonly number[];
  readonly seed?: number;
  /** Also the log-probability of every prompt token. @default false */
  readonly promptLogprobs?: boolean;
  readonly signal?: AbortSignal;
}

export interface SampledSequence {
  /** The stop token is the last one, where one stopped it. */
  readonly tokens: readonly number[];
  readonly logprobs: readonly number[];
  readonly stopReason: 'stop' | 'length';
}

export interface SampleResult {
  readonly sequences: readonly SampledSequence[];
  /** One a prompt token; `null` for the first, which nothing predicts. Empty where not asked for. */
  readonly promptLogprobs: readonly (number | null)[];
}

const Bytes = z.instanceof(Uint8Array);
const ProtoSample = z.object({
  sequences: z.array(
    z.object({
      stop_reason: z.string().default('STOP_REASON_STOP'),
      tokens: Bytes.default(new Uint8Array()),
      logprobs: Bytes.nullish(),
    }),
  ),
  prompt_logprobs: Bytes.nullish(),
});
const JsonSample = z.object({
  sequences: z.array(
    z.object({
      stop_reason: z.string(),
      tokens: z.array(z.number()),
      logprobs: z.array(z.number()).nullish(),
    }),
  ),
  prompt_logprobs: z.array(z.number().nullable()).nullish(),
});

/** A request whose result the server lost (410) is sent again this often. */
const resubmits = 3;

/** Samples from a base model or from saved sampler weights. Calls may run side by side. */
export class SamplingClient {
  private nextSeqId = 0;

  constructor(
    private readonly transport: Transport,
    /** The server's id of the sampling session. */
    readonly samplingSessionId: string,
    private readonly defaultSignal: AbortSignal | undefined,
    private readonly onWait?: (message: string) => void,
  ) {}

  async sample(request: SampleRequest): Promise<SampleResult> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.sampleOnce(request);
      } catch (error) {
        const isLost = error instanceof TinkerError && error.status === 410;
        if (!isLost || tries >= resubmits) throw error;
      }
    }
  }

  /** Log-probability of every token given those before it; `null` for the first. */
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

  private async sampleOnce(request: SampleRequest): Promise<SampleResult> {
    if (request.promptTokens.length === 0)
      throw new TinkerError('invalid', 'A prompt without tokens is refused before it is sent');
    const signal = request.signal ?? this.defaultSignal;
    const answer = await this.transport.send({
      class: 'submit',
      method: 'POST',
      path: 'asample',
      body: {
        sampling_session_id: this.samplingSessionId,
        seq_id: this.nextSeqId++,
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
      },
      headers: { 'x-tinker-sampling-backpressure': '1' },
      inSession: true,
      signal,
      onRetry: this.onWait,
    });
    const { request_id } = parseAnswer(Submitted, answer, 'asample');
    return resultOf(
      await retrieveFuture(this.transport, request_id, { type: 'Sample', signal, onWait: this.onWait }),
    );
  }
}

function resultOf(answer: Answer): SampleResult {
  if (!isProtobuf(answer)) {
    const { sequences, prompt_logprobs } = parseAnswer(JsonSample, answer, 'asample');
    return {
      sequences: sequences.map(({ stop_reason, tokens, logprobs }) => ({
        tokens,
        logprobs: logprobs ?? [],
        stopReason: stop_reason === 'length' ? 'length' : 'stop',
      })),
      promptLogprobs: prompt_logprobs ?? [],
    };
  }
  const parsed = ProtoSample.safeParse(decodeMessage('SampleResponse', answer.bytes));
  if (!parsed.success)
    throw new TinkerError(
      'protocol',
      `The answer to asample is not as expected: ${z.prettifyError(parsed.error)}`,
    );
  const { sequences, prompt_logprobs } = parsed.data;
  return {
    sequences: sequences.map(({ stop_reason, tokens, logprobs }) => ({
      tokens: Array.from(readTensor(tokens, 'DTYPE_INT32')),
      logprobs: logprobs ? Array.from(readTensor(logprobs, 'DTYPE_FLOAT32')) : [],
      stopReason: stop_reason === 'STOP_REASON_LENGTH' ? 'length' : 'stop',
    })),
    // The first token has none: the wire holds NaN in its place.
    promptLogprobs: prompt_logprobs
      ? Array.from(readTensor(prompt_logprobs, 'DTYPE_FLOAT32'), (value) =>
          Number.isNaN(value) ? null : value,
        )
      : [],
  };
}

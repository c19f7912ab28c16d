import { z } from 'zod';
import { TinkerError } from '../errors.js';
import { decodeMessage } from './messages.js';
import { readTensor } from './tensors.js';

export interface SampledSequence {
  /** With the stop token, where one ended the sequence. */
  readonly tokens: readonly number[];
  readonly logprobs: readonly number[];
  readonly stopReason: 'stop' | 'length';
}

export interface SampleResult {
  readonly sequences: readonly SampledSequence[];
  /**
   * One for each prompt token. `null` for the first, which nothing predicts, and for one that is NaN. Empty
   * where not requested.
   */
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

export function decodeSampleResult(bytes: Uint8Array): SampleResult {
  const parsed = ProtoSample.safeParse(decodeMessage('SampleResponse', bytes));
  if (!parsed.success) throw notUnderstood(parsed.error);
  const { sequences, prompt_logprobs } = parsed.data;
  return {
    sequences: sequences.map(({ stop_reason, tokens, logprobs }) => ({
      tokens: Array.from(readTensor(tokens, 'DTYPE_INT32')),
      logprobs: logprobs ? Array.from(readTensor(logprobs, 'DTYPE_FLOAT32')) : [],
      stopReason: stop_reason === 'STOP_REASON_LENGTH' ? 'length' : 'stop',
    })),
    // A missing value is NaN on the wire.
    promptLogprobs: prompt_logprobs
      ? Array.from(readTensor(prompt_logprobs, 'DTYPE_FLOAT32'), (value) =>
          Number.isNaN(value) ? null : value,
        )
      : [],
  };
}

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

/** The JSON form, from servers without protobuf. */
export function parseSampleResult(value: unknown): SampleResult {
  const parsed = JsonSample.safeParse(value);
  if (!parsed.success) throw notUnderstood(parsed.error);
  const { sequences, prompt_logprobs } = parsed.data;
  return {
    sequences: sequences.map(({ stop_reason, tokens, logprobs }) => ({
      tokens,
      logprobs: logprobs ?? [],
      stopReason: stop_reason === 'length' ? 'length' : 'stop',
    })),
    promptLogprobs: prompt_logprobs ?? [],
  };
}

function notUnderstood(error: z.ZodError): TinkerError {
  return new TinkerError('protocol', `The answer to asample is not as expected: ${z.prettifyError(error)}`);
}

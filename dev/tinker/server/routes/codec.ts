import { decodeMessage, encodeMessage } from '../../../../tinker/wire/messages.js';
import {
  float32Bytes,
  int32Bytes,
  int64Bytes,
  readTensor,
  wireDTypes,
} from '../../../../tinker/wire/tensors.js';
import type { Example, LossResult } from '../../model/jax-engine.js';
import type { SampleResult } from '../../model/sampler.js';
import { Problem } from '../problem.js';
import { ForwardBackwardProto, type LossInputJson, type LossInputProto } from './schemas.js';

/** A forward or forward_backward request, from JSON or protobuf. */
export interface LossRequest {
  readonly modelId: string;
  readonly seqId: number;
  readonly forwardOnly: boolean;
  readonly examples: readonly Example[];
}

/** Most datums in one request: the chunk length that `client/config` announces. */
export const maxDatums = 1024;

export function decodeLossProto(bytes: Uint8Array): LossRequest {
  let message: unknown;
  try {
    message = decodeMessage('ForwardBackwardRequest', bytes);
  } catch (error) {
    throw new Problem(422, `The body is not a ForwardBackwardRequest: ${String(error)}`);
  }
  const request = ForwardBackwardProto.parse(message);
  return {
    modelId: request.model_id,
    seqId: request.seq_id,
    forwardOnly: request.forward_only,
    examples: checkExamples(
      request.loss_fn,
      request.data.map((datum) => ({
        tokens: datum.model_input.flatMap(({ encoded_text: text }) => [
          ...readTensor(text?.tokens ?? unsupportedChunk(), 'DTYPE_INT32'),
        ]),
        targets: protoTensor(datum, 'target_tokens'),
        weights: protoTensor(datum, 'weights'),
      })),
    ),
  };
}

export function decodeLossJson(
  modelId: string,
  seqId: number,
  input: LossInputJson,
  forwardOnly: boolean,
): LossRequest {
  const examples = input.data.map((datum) => ({
    tokens: chunkTokens(datum.model_input.chunks),
    targets: jsonTensor(datum.loss_fn_inputs, 'target_tokens'),
    weights: jsonTensor(datum.loss_fn_inputs, 'weights'),
  }));
  return { modelId, seqId, forwardOnly, examples: checkExamples(input.loss_fn, examples) };
}

/** Tokens of a prompt or model input in JSON. */
export function chunkTokens(
  chunks: readonly { readonly type: string; readonly tokens?: readonly number[] | undefined }[],
): number[] {
  return chunks.flatMap(({ type, tokens }) =>
    type === 'encoded_text' && tokens ? tokens : unsupportedChunk(),
  );
}

export function lossResultJson(result: LossResult): unknown {
  return {
    loss_fn_output_type: 'ArrayRecord',
    loss_fn_outputs: result.logprobs.map((logprobs) => ({
      logprobs: { data: [...logprobs], dtype: 'float32', shape: [logprobs.length] },
    })),
    metrics: metricsOf(result),
  };
}

export function lossResultProto(result: LossResult): Uint8Array {
  const offsets = [0];
  for (const { byteLength } of result.logprobs) offsets.push((offsets.at(-1) ?? 0) + byteLength);
  const logprobs = {
    data: float32Bytes(result.logprobs.flatMap((each) => [...each])),
    offsets: int64Bytes(offsets),
    dtype: 'DTYPE_FLOAT32',
  };
  const record = { type_tag: 'ArrayRecord', fields: { logprobs }, num_datums: result.logprobs.length };
  return encodeMessage('ForwardBackwardOutput', {
    loss_fn_output_type: 'ArrayRecord',
    loss_fn_outputs: [record],
    metrics: metricsOf(result),
  });
}

export function sampleResultJson(result: SampleResult): unknown {
  return {
    type: 'sample',
    sequences: result.sequences.map(({ stopReason, tokens, logprobs }) => ({
      stop_reason: stopReason,
      tokens: [...tokens],
      logprobs: [...logprobs],
    })),
    prompt_logprobs:
      result.promptLogprobs &&
      Array.from(result.promptLogprobs, (value) => (Number.isNaN(value) ? null : value)),
  };
}

export function sampleResultProto(result: SampleResult): Uint8Array {
  return encodeMessage('SampleResponse', {
    sequences: result.sequences.map(({ stopReason, tokens, logprobs }) => ({
      stop_reason: stopReason === 'stop' ? 'STOP_REASON_STOP' : 'STOP_REASON_LENGTH',
      tokens: int32Bytes(tokens),
      logprobs: float32Bytes(logprobs),
    })),
    ...(result.promptLogprobs && { prompt_logprobs: float32Bytes(result.promptLogprobs) }),
  });
}

function metricsOf({ lossSum, logprobs }: LossResult): Record<string, number> {
  return { 'loss:sum': lossSum, 'tokens:sum': logprobs.reduce((sum, each) => sum + each.length, 0) };
}

interface RawExample {
  readonly tokens: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

function checkExamples(lossFn: string, examples: readonly RawExample[]): readonly Example[] {
  if (lossFn !== 'cross_entropy')
    throw new Problem(
      422,
      `loss_fn "${lossFn}" is not implemented: this development server has cross_entropy only`,
    );
  if (examples.length === 0 || examples.length > maxDatums)
    throw new Problem(422, `data holds ${examples.length} datums; 1 to ${maxDatums} are allowed`);
  return examples.map(({ tokens, targets, weights }, index) => {
    if (tokens.length === 0 || targets.length !== tokens.length || weights.length !== tokens.length)
      throw new Problem(
        422,
        `data[${index}]: model_input has ${tokens.length} tokens, target_tokens ${targets.length}, weights ${weights.length}; they must be equal and at least 1`,
      );
    const example = {
      tokens: Int32Array.from(tokens),
      targets: Int32Array.from(targets),
      weights: Float32Array.from(weights),
    };
    if (example.weights.some((weight) => !Number.isFinite(weight)))
      throw new Problem(422, `data[${index}]: weights must be finite`);
    return example;
  });
}

function protoTensor(datum: LossInputProto['data'][number], name: string): ArrayLike<number> {
  const tensor = datum.loss_fn_inputs[name];
  const dtype = wireDTypes.find((each) => each === tensor?.dtype);
  if (tensor === undefined || dtype === undefined || !(tensor.dense instanceof Uint8Array))
    throw new Problem(422, `loss_fn_inputs.${name} must be there as a dense tensor`);
  return readTensor(tensor.dense, dtype);
}

function jsonTensor(
  inputs: LossInputJson['data'][number]['loss_fn_inputs'],
  name: string,
): ArrayLike<number> {
  const tensor = inputs[name];
  if (tensor === undefined || tensor.sparse_crow_indices)
    throw new Problem(422, `loss_fn_inputs.${name} must be there as a dense tensor`);
  return tensor.data;
}

function unsupportedChunk(): never {
  throw new Problem(422, 'Only chunks of type encoded_text are implemented');
}

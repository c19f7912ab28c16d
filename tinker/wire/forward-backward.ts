import { z } from 'zod';
import type { Datum, Tensor } from '../datum.js';
import { TinkerError } from '../errors.js';
import { decodeMessage, encodeMessage } from './messages.js';
import { bytesPerElement, float32Bytes, int32Bytes, int64Bytes, readTensor, wireDTypes } from './tensors.js';

export type LossConfig = Readonly<Record<string, number | string>>;

export interface ForwardBackwardBody {
  readonly modelId: string;
  readonly seqId: number;
  readonly data: readonly Datum[];
  readonly lossFn: string;
  readonly lossConfig?: LossConfig | undefined;
  /** Log-probabilities only, no gradient. */
  readonly forwardOnly: boolean;
}

export function encodeForwardBackward(body: ForwardBackwardBody): Uint8Array {
  const config = Object.entries(body.lossConfig ?? {});
  const numbers = config.filter(([, value]) => typeof value === 'number');
  return encodeMessage('ForwardBackwardRequest', {
    model_id: body.modelId,
    seq_id: body.seqId,
    data: body.data.map(datumFields),
    loss_fn: body.lossFn,
    loss_fn_config: Object.fromEntries(numbers),
    forward_only: body.forwardOnly,
    loss_fn_config_v2: Object.fromEntries(
      config.map(([name, value]) => [name, typeof value === 'number' ? { number: value } : { text: value }]),
    ),
  });
}

function datumFields(datum: Datum): Record<string, unknown> {
  const inputs = Object.entries(datum.lossInputs).map(([name, tensor]) => [name, tensorFields(tensor)]);
  return {
    model_input: [{ encoded_text: { tokens: int32Bytes(datum.tokens) } }],
    loss_fn_inputs: Object.fromEntries(inputs),
  };
}

function tensorFields({ dtype, data, shape }: Tensor): Record<string, unknown> {
  return {
    dtype: dtype === 'int64' ? 'DTYPE_INT64' : 'DTYPE_FLOAT32',
    shape: shape ?? [data.length],
    dense: dtype === 'int64' ? int64Bytes(data) : float32Bytes(data),
  };
}

/** The result of `forward` or `forward_backward`. */
export interface ForwardBackwardOutput {
  readonly lossFnOutputType: string;
  /** One for each datum, in order: the loss function's tensors by name, `logprobs` among them. */
  readonly outputs: readonly Readonly<Record<string, ArrayLike<number>>>[];
  /** Named `name:reduction`. */
  readonly metrics: Readonly<Record<string, number>>;
}

const Bytes = z.instanceof(Uint8Array);
const ProtoOutput = z.object({
  loss_fn_output_type: z.string().default(''),
  loss_fn_outputs: z.array(
    z.object({
      num_datums: z.number().default(0),
      fields: z.record(
        z.string(),
        z.object({
          data: Bytes.default(new Uint8Array()),
          offsets: Bytes.default(new Uint8Array()),
          dtype: z.enum(wireDTypes),
        }),
      ),
    }),
  ),
  metrics: z.record(z.string(), z.number()).default({}),
});

export function decodeForwardBackwardOutput(bytes: Uint8Array): ForwardBackwardOutput {
  const parsed = ProtoOutput.safeParse(decodeMessage('ForwardBackwardOutput', bytes));
  if (!parsed.success) throw notUnderstood(parsed.error);
  const { loss_fn_output_type, loss_fn_outputs, metrics } = parsed.data;
  const outputs = loss_fn_outputs.flatMap(({ fields, num_datums }) => {
    const names = Object.keys(fields);
    const tensors = names.map((name) => splitBatched(fields[name]));
    const count = num_datums > 0 ? num_datums : (tensors[0]?.length ?? 0);
    return Array.from({ length: count }, (_, datum) =>
      Object.fromEntries(names.map((name, at) => [name, tensors[at]?.[datum] ?? []])),
    );
  });
  return { lossFnOutputType: loss_fn_output_type, outputs, metrics };
}

type Batched = z.infer<typeof ProtoOutput>['loss_fn_outputs'][number]['fields'][string] | undefined;

/** One array a datum: `offsets` holds n + 1 int64 byte offsets into the concatenated bytes. */
function splitBatched(tensor: Batched): ArrayLike<number>[] {
  if (tensor === undefined) return [];
  const offsets = readTensor(tensor.offsets, 'DTYPE_INT64');
  const size = bytesPerElement(tensor.dtype);
  return Array.from({ length: Math.max(offsets.length - 1, 0) }, (_, at) => {
    const from = offsets[at] ?? 0;
    const to = offsets[at + 1] ?? from;
    if (to < from || to > tensor.data.length || (to - from) % size !== 0)
      throw new TinkerError('protocol', 'A batched tensor of the server has offsets outside its data');
    return readTensor(tensor.data.subarray(from, to), tensor.dtype);
  });
}

const JsonOutput = z.object({
  loss_fn_output_type: z.string().default(''),
  loss_fn_outputs: z.array(z.record(z.string(), z.object({ data: z.array(z.number()) }))),
  metrics: z.record(z.string(), z.number()).nullish(),
});

/** The JSON form, from servers without protobuf. */
export function parseForwardBackwardOutput(value: unknown): ForwardBackwardOutput {
  const parsed = JsonOutput.safeParse(value);
  if (!parsed.success) throw notUnderstood(parsed.error);
  return {
    lossFnOutputType: parsed.data.loss_fn_output_type,
    outputs: parsed.data.loss_fn_outputs.map((tensors) =>
      Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data])),
    ),
    metrics: parsed.data.metrics ?? {},
  };
}

function notUnderstood(error: z.ZodError): TinkerError {
  return new TinkerError(
    'protocol',
    `The result of forward_backward is not as expected: ${z.prettifyError(error)}`,
  );
}

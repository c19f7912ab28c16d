import { z } from 'zod';

/** A dense fp32 tensor in row-major order. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Tensors = ReadonlyMap<string, Tensor>;

export interface SafetensorsFile {
  readonly tensors: Tensors;
  readonly metadata: Readonly<Record<string, string>>;
}

const Entry = z.object({
  dtype: z.enum(['F32', 'F16', 'BF16']),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
});
const Header = z.record(z.string(), z.unknown());

/**
 * Reads the safetensors format: u64 header length, JSON header, tensor bytes. F32, BF16 and F16 become fp32.
 *
 * @throws {Error} where the header or a tensor's extent is not what the format requires; `where` names the
 * file.
 */
export function readSafetensors(bytes: Uint8Array, where: string): SafetensorsFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 8) throw new Error(`${where} is too short for a safetensors file`);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (8 + headerBytes > bytes.byteLength) throw new Error(`${where}: the safetensors header is cut off`);
  const header = Header.parse(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes))));
  const tensors = new Map<string, Tensor>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = z.record(z.string(), z.string()).parse(value);
      continue;
    }
    const entry = Entry.parse(value);
    const [begin, end] = entry.data_offsets;
    const elements = entry.shape.reduce((product, n) => product * n, 1);
    const width = entry.dtype === 'F32' ? 4 : 2;
    if (end - begin !== elements * width || 8 + headerBytes + end > bytes.byteLength)
      throw new Error(
        `${where}: tensor ${name} has ${end - begin} bytes, not ${elements * width} in the file`,
      );
    // A copy, so that it is aligned; Buffer.slice would not copy.
    const raw = new Uint8Array(bytes.subarray(8 + headerBytes + begin, 8 + headerBytes + end));
    tensors.set(name, { shape: entry.shape, data: toFloat32(raw, entry.dtype) });
  }
  return { tensors, metadata };
}

/** Writes fp32 tensors, in the map's order. `bf16` halves the size by rounding to nearest even. */
export function writeSafetensors(
  tensors: Tensors,
  metadata: Readonly<Record<string, string>> = {},
  dtype: 'F32' | 'BF16' = 'F32',
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const part =
      dtype === 'F32' ? new Uint8Array(data.slice().buffer) : new Uint8Array(toBfloat16(data).buffer);
    header[name] = { dtype, shape, data_offsets: [offset, offset + part.byteLength] };
    offset += part.byteLength;
    parts.push(part);
  }
  let json = JSON.stringify(header);
  json += ' '.repeat((8 - (new TextEncoder().encode(json).length % 8)) % 8);
  const head = new TextEncoder().encode(json);
  const out = new Uint8Array(8 + head.length + offset);
  new DataView(out.buffer).setBigUint64(0, BigInt(head.length), true);
  out.set(head, 8);
  let at = 8 + head.length;
  for (const part of parts) {
    out.set(part, at);
    at += part.byteLength;
  }
  return out;
}

/** `raw` must start at offset 0 of its own buffer. */
function toFloat32(raw: Uint8Array, dtype: 'F32' | 'F16' | 'BF16'): Float32Array {
  if (dtype === 'F32') return new Float32Array(raw.buffer);
  const halves = new Uint16Array(raw.buffer);
  const out = new Float32Array(halves.length);
  const bits = new Uint32Array(out.buffer);
  if (dtype === 'BF16') for (const [i, half] of halves.entries()) bits[i] = half << 16;
  else for (const [i, half] of halves.entries()) out[i] = halfToFloat(half);
  return out;
}

function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

function toBfloat16(data: Float32Array): Uint16Array {
  const bits = new Uint32Array(data.slice().buffer);
  const out = new Uint16Array(bits.length);
  for (const [i, word] of bits.entries()) out[i] = (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  return out;
}

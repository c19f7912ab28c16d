/** Little-endian bytes on the wire, whatever the machine's byte order is. */

export function int32Bytes(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < values.length; at += 1) view.setInt32(at * 4, values[at] ?? 0, true);
  return bytes;
}

export function int64Bytes(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < values.length; at += 1) view.setBigInt64(at * 8, BigInt(values[at] ?? 0), true);
  return bytes;
}

export function float32Bytes(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < values.length; at += 1) view.setFloat32(at * 4, values[at] ?? 0, true);
  return bytes;
}

export const wireDTypes = ['DTYPE_FLOAT32', 'DTYPE_INT64', 'DTYPE_INT32', 'DTYPE_BFLOAT16'] as const;
export type WireDType = (typeof wireDTypes)[number];

export function bytesPerElement(dtype: WireDType): number {
  switch (dtype) {
    case 'DTYPE_INT64':
      return 8;
    case 'DTYPE_BFLOAT16':
      return 2;
    case 'DTYPE_FLOAT32':
    case 'DTYPE_INT32':
      return 4;
  }
}

/** Values of a tensor as numbers; a bfloat16 is the upper half of a float32. */
export function readTensor(bytes: Uint8Array, dtype: WireDType): Float32Array | Float64Array | Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor(bytes.byteLength / bytesPerElement(dtype));
  switch (dtype) {
    case 'DTYPE_FLOAT32':
      return Float32Array.from({ length: count }, (_, at) => view.getFloat32(at * 4, true));
    case 'DTYPE_INT32':
      return Int32Array.from({ length: count }, (_, at) => view.getInt32(at * 4, true));
    case 'DTYPE_INT64':
      return Float64Array.from({ length: count }, (_, at) => Number(view.getBigInt64(at * 8, true)));
    case 'DTYPE_BFLOAT16': {
      const half = new DataView(new ArrayBuffer(4));
      return Float32Array.from({ length: count }, (_, at) => {
        half.setUint16(0, view.getUint16(at * 2, true), false);
        return half.getFloat32(0, false);
      });
    }
  }
}

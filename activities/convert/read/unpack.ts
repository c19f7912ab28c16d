import { readSync } from 'node:fs';
import { Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { HeadraceError } from '../../../core/errors.js';
import { cannotUnpack } from '../../hub/resolve/unpack-head.js';
import type { Compression } from '../../../core/container/file-kind.js';
import { threadJsonBytes } from '../json-bytes/json-bytes.js';

/**
 * Yields the bytes `[from, to)` of an open file, in chunks that are valid until the next one is requested.
 *
 * @param onBytes - gets how many bytes were read so far.
 */
export function* fileChunks(
  descriptor: number,
  from: number,
  to: number,
  onBytes: (done: number) => void,
): Generator<Buffer> {
  const { block, giveBack } = threadJsonBytes.lendReadBlock();
  try {
    for (let at = from; at < to;) {
      const read = readSync(descriptor, block, 0, Math.min(block.length, to - at), at);
      if (read === 0) return;
      at += read;
      onBytes(at - from);
      yield block.subarray(0, read);
    }
  } finally {
    giveBack();
  }
}

/**
 * Yields the unpacked bytes of a whole file.
 *
 * @throws {HeadraceError} FormatError where the file is damaged or ends too early.
 */
export async function* unpackedChunks(
  compression: Compression,
  name: string,
  packed: Iterable<Buffer>,
): AsyncGenerator<Uint8Array> {
  try {
    if (compression === 'none') yield* packed;
    else if (compression === 'gzip') yield* gunzipped(packed);
    else yield* unzstd(packed);
  } catch (error) {
    throw error instanceof HeadraceError ? error : cannotUnpack(name, error);
  }
}

async function* gunzipped(packed: Iterable<Buffer>): AsyncGenerator<Uint8Array> {
  const copies = function* (): Generator<Buffer> {
    for (const chunk of packed) yield Buffer.from(chunk);
  };
  const unpacked = createGunzip({ chunkSize: 256 * 1024 });
  // The iteration below throws the error of either end.
  pipeline(Readable.from(copies(), { objectMode: false }), unpacked, () => {});
  for await (const chunk of unpacked) yield chunk as Buffer;
}

/** fzstd reads windows up to 32 MB: all levels of `zstd` but `--ultra`. */
function* unzstd(packed: Iterable<Buffer>): Generator<Uint8Array> {
  let ready: Uint8Array[] = [];
  const stream = new Decompress((block) => {
    ready.push(Buffer.from(block));
  });
  for (const chunk of packed)
    // In small parts, because the output of one push is held in memory, and can be a thousand times its size.
    for (let at = 0; at < chunk.length; at += 65_536) {
      stream.push(Buffer.from(chunk.subarray(at, at + 65_536)));
      yield* ready;
      ready = [];
    }
  stream.push(new Uint8Array(0), true);
  yield* ready;
}

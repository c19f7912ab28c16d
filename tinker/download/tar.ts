import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { TinkerError } from '../errors.js';

const block = 512;
/** Most bytes after the end of an archive, which is padded to a multiple of its record size. */
const longestPaddingBytes = 1 << 20;

/** Unpacked size. Larger adapters are sent file by file. */
const largestArchiveBytes = 2 * 1024 ** 3;

/** A plain file of an archive. */
export interface TarFile {
  readonly name: string;
  /** Its bytes, in parts. Unread parts are skipped when the next file is requested. */
  readonly parts: AsyncGenerator<Uint8Array>;
}

/**
 * The plain files of a tar archive on disk, gzipped or not, one after another. One part at a time is in
 * memory. Folders are left out. The archive is known to be whole only after the last file.
 *
 * @throws {TinkerError} protocol, where it is not a tar archive, is cut off or damaged, unpacks to more than
 * `limitBytes`, or holds links.
 */
export async function* tarFiles(path: string, limitBytes = largestArchiveBytes): AsyncGenerator<TarFile> {
  const bytes = new Bytes(await unpacked(path), limitBytes);
  try {
    for (;;) {
      const at = bytes.read;
      const header = await bytes.take(block);
      if (header.every((byte) => byte === 0)) {
        await bytes.drain(longestPaddingBytes);
        return;
      }
      const { name, size, kind } = entryOf(header, at);
      bytes.announce(size);
      const end = bytes.read + size;
      if (kind === 'file') yield { name, parts: bytes.parts(size) };
      for await (const part of bytes.parts(end + padding(size) - bytes.read)) void part;
    }
  } finally {
    await bytes.close();
  }
}

const padding = (size: number): number => (block - (size % block)) % block;

interface Entry {
  readonly name: string;
  readonly size: number;
  readonly kind: 'file' | 'other';
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/\0.*$/s, '');

/** Kind `other` is a folder, or the attributes of the next file. */
function entryOf(header: Uint8Array, at: number): Entry {
  const size = octal(header.subarray(124, 136));
  const kind = String.fromCharCode(header[156] ?? 0);
  const isFile = kind === '0' || kind === '\0';
  // The sum over the header, its own field as spaces.
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  if (
    size === undefined ||
    octal(header.subarray(148, 156)) !== sum ||
    !(isFile || kind === '5' || kind === 'x')
  )
    throw new TinkerError('protocol', `The archive cannot be read at byte ${at}`);
  const prefix = text(header.subarray(345, 500));
  const name = `${prefix === '' ? '' : `${prefix}/`}${text(header.subarray(0, 100))}`.replace(/^\.\//, '');
  return { name, size, kind: isFile ? 'file' : 'other' };
}

function octal(field: Uint8Array): number | undefined {
  const digits = text(field).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

async function unpacked(path: string): Promise<AsyncIterable<Uint8Array>> {
  const handle = await open(path, 'r');
  const magic = Buffer.alloc(2);
  try {
    await handle.read(magic, 0, 2, 0);
  } finally {
    await handle.close();
  }
  const archive = createReadStream(path, { highWaterMark: 1 << 20 });
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) return archive;
  // An error in either ends both, and is thrown to the reader.
  return pipeline(archive, createGunzip({ chunkSize: 256 << 10 }), () => undefined);
}

/** Reads a stream of parts in pieces of known sizes, up to a limit. */
class Bytes {
  readonly #limitBytes: number;
  read = 0;
  #rest: Uint8Array = new Uint8Array();
  readonly #source: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>, limitBytes: number) {
    this.#limitBytes = limitBytes;
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Refuses an entry that is larger than the limit before any of it is unpacked. */
  announce(size: number): void {
    if (this.read + size > this.#limitBytes)
      throw new TinkerError('protocol', `The archive unpacks to more than ${this.#limitBytes} bytes`);
  }

  async take(size: number): Promise<Uint8Array> {
    const taken: Uint8Array[] = [];
    for await (const part of this.parts(size)) taken.push(part);
    return Buffer.concat(taken);
  }

  async *parts(size: number): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0;) {
      if (this.#rest.length === 0 && !(await this.#more()))
        throw new TinkerError('protocol', `The archive is cut off at byte ${this.read}`);
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      this.read += part.length;
      left -= part.length;
      this.announce(0);
      yield part;
    }
  }

  /** Reads to the end, where the checksum of a packed archive is. */
  async drain(mostBytes: number): Promise<void> {
    let left = mostBytes;
    do {
      left -= this.#rest.length;
      if (left < 0) throw new TinkerError('protocol', 'The archive has bytes after its end');
    } while (await this.#more());
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #more(): Promise<boolean> {
    try {
      const { done, value } = await this.#source.next();
      if (done === true) return false;
      this.#rest = value;
      return true;
    } catch (error) {
      const isUnreadable = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
      if (!isUnreadable) throw error;
      throw new TinkerError('protocol', 'The archive cannot be unpacked', { cause: error });
    }
  }
}

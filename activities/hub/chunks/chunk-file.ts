import { open, rm, type FileHandle } from 'node:fs/promises';
import type { ByteRange } from '../../../core/hub/ranges.js';
import { writeFully } from '../../../files/file-writer.js';
import type { RangeTarget } from '../download/fetch-range.js';

/** One chunk of a Hub file in the scratch of this worker, until it is in the store and hashed. */
export class ChunkFile implements RangeTarget {
  readonly path: string;
  readonly start: number;
  connections = 0;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle, start: number) {
    this.path = path;
    this.start = start;
    this.#file = file;
  }

  /** @param start - offset of the chunk in the Hub file. */
  static async create(path: string, start: number): Promise<ChunkFile> {
    return new ChunkFile(path, await open(path, 'wx+'), start);
  }

  get descriptor(): number {
    return this.#file.fd;
  }

  /** Nothing is durable here: a chunk becomes so in the store, as a whole. */
  wrote(_range: ByteRange): undefined {
    return undefined;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    await writeFully(this.#file, bytes, position - this.start);
  }

  async isPlaced(): Promise<boolean> {
    return false;
  }

  async remove(): Promise<void> {
    await this.#file.close();
    await rm(this.path, { force: true });
  }
}

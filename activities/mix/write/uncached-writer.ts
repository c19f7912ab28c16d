import { closeSync, constants, fdatasync, openSync, write } from 'node:fs';
import { promisify } from 'node:util';
import { hasCode } from '../../../files/errno.js';

/** The page size of WebAssembly memory. */
const wasmPageBytes = 65_536;
const blockBytes = 4 * 1024 * 1024;
/** O_DIRECT requires addresses, positions and lengths that are multiples of this. */
const alignment = 4096;

const writeAsync = promisify(write);
const flushAsync = promisify(fdatasync);

/**
 * Writes a new file with O_DIRECT, without the page cache: gigabytes that are not read again would evict
 * other pages. A file system without O_DIRECT gets ordinary writes. One block is written while the next one
 * is filled.
 *
 * 1.1 GB take 0.26 CPU seconds and 1.6 s instead of 1.66 CPU seconds and 7.2 s through the page cache
 * (medians of three, in turn, on two busy cores).
 */
export class UncachedWriter {
  readonly #path: string;
  #descriptor: number;
  #isDirect: boolean;
  #filling = alignedBlock();
  #used = 0;
  #spare = alignedBlock();
  /** Bytes whose write was started. */
  #sent = 0;
  #writing: Promise<void> = Promise.resolve();

  /** @param path - must not exist yet. */
  constructor(path: string) {
    this.#path = path;
    closeSync(openSync(path, 'wx'));
    this.#isDirect = true;
    try {
      this.#descriptor = openSync(path, constants.O_WRONLY | constants.O_DIRECT);
    } catch (error) {
      if (!hasCode(error, 'EINVAL')) throw error;
      this.#isDirect = false;
      this.#descriptor = openSync(path, constants.O_WRONLY);
    }
  }

  /** Appends bytes. The buffer may be reused when the promise is fulfilled. */
  async write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const taken = bytes.copy(this.#filling, this.#used, at);
      at += taken;
      this.#used += taken;
      if (this.#used === this.#filling.length) await this.#send();
    }
  }

  /** Writes what is left and waits for the disk. Nothing can be written afterwards. */
  async flush(): Promise<void> {
    await this.#send();
    await this.#writing;
    await flushAsync(this.#descriptor);
  }

  async close(): Promise<void> {
    // `write` or `flush` has thrown its failure.
    await this.#writing.catch(() => undefined);
    closeSync(this.#descriptor);
  }

  async #send(): Promise<void> {
    await this.#writing;
    this.#writing = this.#writeBlock(this.#filling.subarray(0, this.#used), this.#sent);
    // A failure is thrown before the next block, or by `flush`.
    this.#writing.catch(() => undefined);
    this.#sent += this.#used;
    [this.#filling, this.#spare] = [this.#spare, this.#filling];
    this.#used = 0;
  }

  async #writeBlock(block: Buffer, position: number): Promise<void> {
    if (this.#isDirect && block.length % alignment !== 0) this.#continueCached();
    for (let at = 0; at < block.length;)
      try {
        at += (await writeAsync(this.#descriptor, block, at, block.length - at, position + at)).bytesWritten;
      } catch (error) {
        // Some file systems accept O_DIRECT in open() only, and a nearly full disk takes unaligned lengths.
        if (!this.#isDirect || !hasCode(error, 'EINVAL')) throw error;
        this.#continueCached();
      }
  }

  #continueCached(): void {
    closeSync(this.#descriptor);
    this.#descriptor = openSync(this.#path, constants.O_WRONLY);
    this.#isDirect = false;
  }
}

/** A block of WebAssembly memory, which is the only aligned memory in JavaScript. */
function alignedBlock(): Buffer {
  const pages = blockBytes / wasmPageBytes;
  return Buffer.from(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer);
}

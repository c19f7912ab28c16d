import { closeSync, constants, fdatasync, openSync, write } from 'node:fs';
import { promisify } from 'node:util';
import { hasCode } from '../../../files/errno.js';

/** Memory of WebAssembly comes in pages of this size. */
const wasmPageBytes = 65_536;
const blockBytes = 4 * 1024 * 1024;
/** What is written past the page cache comes in multiples of this, from memory and to places that are, too. */
const alignment = 4096;

const writeAsync = promisify(write);
const flushAsync = promisify(fdatasync);

/**
 * Writes a new file past the page cache, where the file system lets it (O_DIRECT): who writes gigabytes that it does not read again
 * would push out what is read next, and wait for memory that is only copied through. Elsewhere it writes as usual.
 * A block is on its way to the disk while the next one is filled.
 */
export class UncachedWriter {
  readonly #path: string;
  #descriptor: number;
  #isDirect: boolean;
  #filling = alignedBlock();
  #used = 0;
  #spare = alignedBlock();
  /** What has gone to the disk or is on its way there. */
  #sent = 0;
  #onItsWay: Promise<void> = Promise.resolve();

  /** @param path - of a file that is not there yet. */
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

  /** Takes bytes, which are the caller's again when it returns. */
  async write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const taken = bytes.copy(this.#filling, this.#used, at);
      at += taken;
      this.#used += taken;
      if (this.#used === this.#filling.length) await this.#send();
    }
  }

  /** Sends what is left and waits for the disk. Nothing can be written after it. */
  async flush(): Promise<void> {
    await this.#send();
    await this.#onItsWay;
    await flushAsync(this.#descriptor);
  }

  async close(): Promise<void> {
    // Whoever waited for it has been told how it ended.
    await this.#onItsWay.catch(() => undefined);
    closeSync(this.#descriptor);
  }

  async #send(): Promise<void> {
    await this.#onItsWay;
    this.#onItsWay = this.#writeBlock(this.#filling.subarray(0, this.#used), this.#sent);
    // It is waited for before the next block and at the end.
    this.#onItsWay.catch(() => undefined);
    this.#sent += this.#used;
    [this.#filling, this.#spare] = [this.#spare, this.#filling];
    this.#used = 0;
  }

  async #writeBlock(block: Buffer, position: number): Promise<void> {
    if (this.#isDirect && block.length % alignment !== 0) this.#goOnCached();
    for (let at = 0; at < block.length;)
      try {
        at += (await writeAsync(this.#descriptor, block, at, block.length - at, position + at)).bytesWritten;
      } catch (error) {
        // A file system may refuse what its open() has taken, and a disk that is nearly full takes odd numbers of bytes.
        if (!this.#isDirect || !hasCode(error, 'EINVAL')) throw error;
        this.#goOnCached();
      }
  }

  #goOnCached(): void {
    closeSync(this.#descriptor);
    this.#descriptor = openSync(this.#path, constants.O_WRONLY);
    this.#isDirect = false;
  }
}

/** Memory of WebAssembly, because that is aligned. */
function alignedBlock(): Buffer {
  const pages = blockBytes / wasmPageBytes;
  return Buffer.from(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer);
}

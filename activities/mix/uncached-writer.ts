import { closeSync, constants, fdatasyncSync, openSync } from 'node:fs';
import { hasCode } from '../artifacts/errno.js';
import { writeAll } from '../convert/file-writer.js';

/** Memory of WebAssembly comes in pages of this size. */
const wasmPageBytes = 65_536;
const blockBytes = 4 * 1024 * 1024;
/** What is written past the page cache comes in multiples of this, from memory and to places that are, too. */
const alignment = 4096;

/**
 * Writes a new file past the page cache, where the file system lets it (O_DIRECT): who writes gigabytes that it does not read again
 * would push out what is read next, and wait for memory that is only copied through. Elsewhere it writes as usual.
 * The caller fills `block` and tells how much of it there is.
 */
export class UncachedWriter {
  /** Memory of WebAssembly, because that is aligned. */
  readonly block = Buffer.from(
    new WebAssembly.Memory({ initial: blockBytes / wasmPageBytes, maximum: blockBytes / wasmPageBytes })
      .buffer,
  );
  readonly #path: string;
  #descriptor: number;
  #isDirect: boolean;
  #written = 0;

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

  /** Writes the first `length` bytes of `block`, all of it but for the file's last ones. */
  write(length: number): void {
    const bytes = this.block.subarray(0, length);
    if (this.#isDirect && length % alignment !== 0) this.#goOnCached();
    try {
      writeAll(this.#descriptor, bytes, this.#written);
    } catch (error) {
      // A file system may refuse what its open() has taken, and a disk that is nearly full takes odd numbers of bytes.
      if (!this.#isDirect || !hasCode(error, 'EINVAL')) throw error;
      this.#goOnCached();
      writeAll(this.#descriptor, bytes, this.#written);
    }
    this.#written += length;
  }

  #goOnCached(): void {
    closeSync(this.#descriptor);
    this.#descriptor = openSync(this.#path, constants.O_WRONLY);
    this.#isDirect = false;
  }

  /** Waits for the disk. */
  flush(): void {
    fdatasyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

import type { JoinedPart, Objects } from '../artifacts/s3/objects.js';
import type { Outputs } from './outputs.js';

/** Bytes of a result that are read at a time. */
const blockBytes = 8 * 1024 * 1024;
/** Larger files are uploaded in parts of this size. */
const partBytes = 16 * 1024 * 1024;

/** Results that are objects of a bucket. Each is replaced by one write, so that readers find it whole. */
export class ObjectOutputs implements Outputs {
  readonly kind = 'objects';
  readonly #objects: Objects;
  readonly #prefix: string;

  /** @param folder - below the prefix of the objects: `runs/<name>`. */
  constructor(objects: Objects, folder: string) {
    this.#objects = objects;
    this.#prefix = folder.replace(/\/*$/, '/');
  }

  placeOf(name: string): string {
    return `${this.#objects.place}/${this.#prefix}${name}`;
  }

  async write(name: string, text: string): Promise<void> {
    await this.#objects.put(this.#keyOf(name), Buffer.from(text));
  }

  async copy(name: string, path: string): Promise<void> {
    await this.#objects.upload(this.#keyOf(name), path, partBytes);
  }

  /** Makes a result of objects of the store and files of this disk, in order, as `Objects.join` does. */
  async join(name: string, parts: readonly JoinedPart[]): Promise<void> {
    await this.#objects.join(this.#keyOf(name), parts);
  }

  async read(name: string): Promise<string | undefined> {
    return (await this.#objects.get(this.#keyOf(name)))?.toString('utf8');
  }

  async *blocks(name: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
    const size = (await this.#objects.sizeOf(this.#keyOf(name))) ?? 0;
    for (let from = 0; from < size; from += blockBytes) {
      signal?.throwIfAborted();
      const range = { from, to: Math.min(size, from + blockBytes) };
      const block = await this.#objects.get(this.#keyOf(name), range);
      if (block === undefined) return;
      yield block;
    }
  }

  #keyOf(name: string): string {
    return `${this.#prefix}${name}`;
  }
}

import type { JoinedPart, Objects, Received, Target } from '../artifacts/s3/objects.js';
import type { ByteRange } from '../artifacts/store.js';
import type { Outputs } from './outputs.js';

/** Bytes of a result that are read at a time. */
const blockBytes = 8 * 1024 * 1024;
/** Larger files are uploaded in parts of this size. */
const partBytes = 16 * 1024 * 1024;

/** A result in a list. */
export interface ResultObject {
  readonly name: string;
  readonly sizeBytes: number;
  /** When it was written, by the clock of the service. */
  readonly at: Date;
  /** Names this version of it. */
  readonly etag: string;
}

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
    const size = (await this.#objects.lookUp(this.#keyOf(name)))?.sizeBytes ?? 0;
    for (let from = 0; from < size; from += blockBytes) {
      signal?.throwIfAborted();
      const range = { from, to: Math.min(size, from + blockBytes) };
      const block = await this.#objects.get(this.#keyOf(name), range);
      if (block === undefined) return;
      yield block;
    }
  }

  /** The results that are there, in no particular order. */
  async *list(): AsyncGenerator<ResultObject> {
    for await (const { key, ...object } of this.#objects.list(this.#prefix))
      yield { ...object, name: key.slice(this.#prefix.length) };
  }

  /**
   * Writes a range of a result to a file; `undefined` where this version of it is there no more.
   *
   * @param signal - ends the transfer.
   */
  async download(
    { name, etag }: Pick<ResultObject, 'name' | 'etag'>,
    range: ByteRange,
    target: Target,
    signal: AbortSignal,
  ): Promise<Received | undefined> {
    return await this.#objects.download(this.#keyOf(name), range, target, signal, { etag });
  }

  #keyOf(name: string): string {
    return `${this.#prefix}${name}`;
  }
}

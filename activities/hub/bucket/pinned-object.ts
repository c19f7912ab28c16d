import { defined } from '../../../core/defined.js';
import { HeadraceError } from '../../../core/errors.js';
import type { Objects, Target } from '../../artifacts/s3/objects.js';
import type { ByteRange } from '../../artifacts/store.js';
import type { BucketObject } from './bucket-objects.js';

/** One object of a bucket, readable by ranges as long as it is that version of it. */
export class PinnedObject {
  readonly object: BucketObject;
  readonly #bucket: Objects;

  constructor(object: BucketObject, bucket: Objects) {
    this.object = object;
    this.#bucket = bucket;
  }

  /**
   * Writes a range to a file.
   *
   * @throws {HeadraceError} FileChangedError where the object was replaced or removed; those of
   *   {@link Objects}; the signal's reason.
   */
  async read(range: ByteRange, target: Target, signal: AbortSignal): Promise<void> {
    const { key, path, etag, versionId } = this.object;
    const version = { etag, ...defined({ versionId }) };
    const received = await this.#bucket.download(key, range, target, signal, version);
    if (received?.sizeBytes === range.to - range.from) return;
    throw new HeadraceError(
      'FileChangedError',
      `${path} is not the object any more that was listed (ETag ${etag}): it was replaced or removed while it was read`,
    );
  }
}

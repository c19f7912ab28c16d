import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Repository, RepositoryFile } from './repositories.js';

/** Makes and checks the signed URLs of the second origin. */
export class UrlSigner {
  readonly #secret = randomBytes(32);
  readonly #ttlSeconds: number;

  constructor(ttlSeconds: number) {
    this.#ttlSeconds = ttlSeconds;
  }

  /** The path and query of a signed URL of a file. */
  sign(repository: Repository, file: RepositoryFile, sha256: string): string {
    const filePath = file.path.split('/').map(encodeURIComponent).join('/');
    const path = `/storage/${repository.kind}/${repository.id}/${sha256}/${filePath}`;
    const expires = Math.floor(Date.now() / 1000) + this.#ttlSeconds;
    return `${path}?Expires=${expires}&Signature=${this.#signature(path, expires)}`;
  }

  /** Why a URL is refused; `undefined` where it is valid. */
  refusal(path: string, expires: number, signature: string): string | undefined {
    const right = Buffer.from(this.#signature(path, expires));
    const given = Buffer.from(signature);
    if (right.length !== given.length || !timingSafeEqual(right, given)) return 'SignatureDoesNotMatch';
    return expires * 1000 < Date.now() ? 'Request has expired' : undefined;
  }

  #signature(path: string, expires: number): string {
    return createHmac('sha256', this.#secret).update(`${path}\n${expires}`).digest('hex');
  }
}

import { RequestThread } from '../../threads/request-thread.js';
import type { ChunkHashMessage, ChunkHashReply } from './chunk-hash-thread.js';

/** The hashes of a whole file. */
export interface ChunkHashes {
  /** Of the whole: SHA-256, or git's blob id. */
  readonly oid: string;
  /** SHA-256 of each chunk, in hex. */
  readonly chunks: readonly string[];
}

/** The hashes of a file whose chunks come in any order. */
export interface GrowingHashes {
  /** Adds a chunk. The promise is fulfilled when it and all before it are hashed; the file may go then. */
  add(chunk: number, path: string): Promise<void>;
  /** The hashes, once every chunk was added. */
  whole(): Promise<ChunkHashes>;
  /** Ends the hashing. */
  drop(): void;
}

/** Hashes files in a thread while their chunks arrive: each chunk, and the whole in the order of the file. */
export class ChunkHasher {
  readonly #thread = new RequestThread<ChunkHashMessage, ChunkHashReply>(
    new URL('./chunk-hash-thread.js', import.meta.url),
    ({ kind }) => kind !== 'hashed',
  );

  /** Begins with a file: its hash is the SHA-256, or git's blob id. */
  begin(isGitBlob: boolean, sizeBytes: number, chunks: number): GrowingHashes {
    const thread = this.#thread;
    const settled = new Map<
      number,
      { readonly resolve: () => void; readonly reject: (error: Error) => void }
    >();
    let id = -1;
    const result = new Promise<ChunkHashes>((resolve, reject) => {
      const fail = (error: Error): void => {
        for (const each of settled.values()) each.reject(error);
        reject(error);
      };
      id = thread.open({
        onReply: (reply) => {
          if (reply.kind === 'failed') fail(new Error(`A chunk could not be hashed: ${reply.message}`));
          else if (reply.kind === 'whole') resolve(reply);
          else settled.get(reply.chunk)?.resolve();
        },
        onEnd: fail,
      });
    });
    // Without a handler, a failure would end the process where `whole` is not called.
    result.catch(() => undefined);
    thread.send({ kind: 'begin', id, isGitBlob, sizeBytes, chunks });
    return {
      add: (chunk, path) =>
        new Promise<void>((resolve, reject) => {
          if (!thread.isOpen(id)) return reject(new Error('The hashing has ended'));
          settled.set(chunk, { resolve, reject });
          thread.send({ kind: 'chunk', id, chunk, path });
        }),
      whole: () => result,
      drop: () => {
        if (thread.isOpen(id)) thread.send({ kind: 'drop', id });
      },
    };
  }
}

import pLimit from 'p-limit';
import type { Side } from '../../../core/contracts/mix.js';
import { HeadraceError } from '../../../core/errors.js';
import { readRange } from '../../../files/read-range.js';
import type { Artifact, ArtifactStore, ByteRange } from '../../artifacts/store.js';
import { ExampleEntries, maskName, tokensName, type ExampleEntry } from './token-piece.js';
import type { Tokens } from './tokens-artifact.js';

/** Of an id in tokens.bin. */
const idBytes = 4;

/** An example as it goes into training or evaluation: cut to `max_tokens`. */
export interface TokenisedExample {
  readonly tokens: Int32Array;
  readonly mask: Uint8Array;
  readonly source: number;
  /** Of its file, from 0. */
  readonly line: number;
}

interface ReadPiece {
  readonly artifact: Artifact;
  readonly firstLine: number;
  readonly firstEntry: number;
  readonly entries: ExampleEntries;
}

/** Files read at a time. A batch has thousands of examples, each in two files. */
const readsAtOnce = 64;
/** Pieces whose entries are read at a time. */
const piecesAtOnce = 16;

/**
 * Reads examples by their number: that of their entry among all of the file, from 0. Where a conversation is
 * an example, it is the number of its line. Holds the entries (28 bytes each) in memory.
 */
export class TokenReader {
  readonly #store: ArtifactStore;
  readonly #pieces: readonly ReadPiece[];
  readonly #reads = pLimit(readsAtOnce);

  private constructor(store: ArtifactStore, pieces: readonly ReadPiece[]) {
    this.#store = store;
    this.#pieces = pieces;
  }

  /** @throws {HeadraceError} ArtifactMissingError. */
  static async open(store: ArtifactStore, tokens: Tokens, side: Side): Promise<TokenReader> {
    const limit = pLimit(piecesAtOnce);
    const own = tokens.pieces.filter((piece) => piece.side === side);
    const pieces = own.map(({ key, firstLine, firstEntry }) =>
      limit(async (): Promise<ReadPiece> => {
        const artifact = await store.get({ kind: 'token-piece', key });
        return { artifact, firstLine, firstEntry, entries: await ExampleEntries.read(store, artifact) };
      }),
    );
    return new TokenReader(store, await Promise.all(pieces));
  }

  /** Numbers of the examples with at least one trained token, rising. */
  trainedExamples(): Uint32Array {
    const numbers: number[] = [];
    for (const { firstEntry, entries } of this.#pieces)
      for (let at = 0; at < entries.count; at += 1)
        if (entries.at(at).trained > 0) numbers.push(firstEntry + at);
    return Uint32Array.from(numbers);
  }

  /** Counts of an example, without its tokens. */
  entryAt(example: number): ExampleEntry {
    return this.#find(example).entry;
  }

  /**
   * The examples of these numbers, in their order.
   *
   * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError.
   */
  async read(examples: Iterable<number>): Promise<TokenisedExample[]> {
    const found = Array.from(examples, (example) => this.#find(example));
    const wanted = found.flatMap(({ piece: { artifact }, entry }) => [
      { artifact, file: tokensName, ranges: [bytesOf(entry, idBytes)] },
      { artifact, file: maskName, ranges: [bytesOf(entry, 1)] },
    ]);
    return await this.#store.bring(wanted, (paths) =>
      Promise.all(
        found.map(async ({ piece, entry }, at) => {
          const [tokensPath = '', maskPath = ''] = paths.slice(2 * at);
          const ids = await this.#readOf(tokensPath, bytesOf(entry, idBytes));
          const mask = await this.#readOf(maskPath, bytesOf(entry, 1));
          const tokens = Int32Array.from({ length: entry.length }, (_, id) => ids.readInt32LE(id * idBytes));
          return { tokens, mask, source: entry.source, line: piece.firstLine + entry.line };
        }),
      ),
    );
  }

  #readOf(path: string, { from, to }: ByteRange): Promise<Buffer> {
    return this.#reads(readRange, path, from, to);
  }

  #find(example: number): { readonly piece: ReadPiece; readonly entry: ExampleEntry } {
    let [low, high] = [0, this.#pieces.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#pieces[middle]?.firstEntry ?? 0) <= example) low = middle;
      else high = middle - 1;
    }
    const piece = this.#pieces[low];
    const index = example - (piece?.firstEntry ?? 0);
    if (piece === undefined || index < 0 || index >= piece.entries.count)
      throw new HeadraceError('ArtifactCorruptError', `The tokens have no example ${example + 1}`);
    return { piece, entry: piece.entries.at(index) };
  }
}

/** Where an example is in a file that has so many bytes a token. */
function bytesOf({ offset, length }: ExampleEntry, bytesPerToken: number): ByteRange {
  return { from: offset * bytesPerToken, to: (offset + length) * bytesPerToken };
}

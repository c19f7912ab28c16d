import type { Side } from '../../../core/contracts/mix.js';
import { HeadraceError } from '../../../core/errors.js';
import { OpenFiles } from '../../../files/open-files.js';
import type { Artifact, ArtifactStore } from '../../artifacts/store.js';
import { ExampleEntries, maskName, tokensName, type ExampleEntry } from './token-piece.js';
import type { Tokens } from './tokens-artifact.js';

/** An example as it goes into training or evaluation: cut to `max_tokens`. */
export interface TokenisedExample {
  readonly tokens: Int32Array;
  readonly mask: Uint8Array;
  readonly source: number;
  /** Of its file, from 0. */
  readonly line: number;
}

interface ReadPiece {
  readonly firstLine: number;
  readonly firstEntry: number;
  readonly entries: ExampleEntries;
  readonly tokensPath: string;
  readonly maskPath: string;
}

/** Of all pieces: a mix of 100 GB has tens of thousands, each with two files. */
const filesOpen = 128;

/**
 * Reads examples by their number: that of their entry among all of the file, from 0. Where a conversation is
 * an example, it is the number of its line. Holds the entries (28 bytes each) in memory; close it when done.
 */
export class TokenReader {
  readonly #pieces: readonly ReadPiece[];
  readonly #files = new OpenFiles(filesOpen);
  private constructor(pieces: readonly ReadPiece[]) {
    this.#pieces = pieces;
  }

  /** @throws {HeadraceError} ArtifactMissingError. */
  static async open(store: ArtifactStore, tokens: Tokens, side: Side): Promise<TokenReader> {
    const pieces: ReadPiece[] = [];
    for (const { key, firstLine, firstEntry } of tokens.pieces.filter((piece) => piece.side === side)) {
      const artifact: Artifact = await store.get({ kind: 'token-piece', key });
      pieces.push({
        firstLine,
        firstEntry,
        entries: await ExampleEntries.read(artifact),
        tokensPath: artifact.path(tokensName),
        maskPath: artifact.path(maskName),
      });
    }
    return new TokenReader(pieces);
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

  async read(example: number): Promise<TokenisedExample> {
    const { piece, entry } = this.#find(example);
    const tokenBytes = await this.#files.read(piece.tokensPath, entry.offset * 4, entry.length * 4);
    const mask = await this.#files.read(piece.maskPath, entry.offset, entry.length);
    const tokens = Int32Array.from({ length: entry.length }, (_, at) => tokenBytes.readInt32LE(at * 4));
    return { tokens, mask, source: entry.source, line: piece.firstLine + entry.line };
  }

  async close(): Promise<void> {
    await this.#files.close();
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

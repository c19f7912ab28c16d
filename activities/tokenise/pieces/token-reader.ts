import { open, type FileHandle } from 'node:fs/promises';
import type { Side } from '../../../core/contracts/mix.js';
import { HeadraceError } from '../../../core/errors.js';
import type { Artifact, ArtifactStore } from '../../artifacts/store.js';
import { maskName, tokensName, TokenRows, type TokenRow } from './token-piece.js';
import type { Tokens } from './tokens-artifact.js';

/** A row as it goes into training or evaluation: cut to `max_tokens`. */
export interface TokenisedRow {
  readonly tokens: Int32Array;
  readonly mask: Uint8Array;
  readonly source: number;
}

interface OpenPiece {
  readonly firstLine: number;
  readonly rows: TokenRows;
  readonly tokens: FileHandle;
  readonly mask: FileHandle;
}

/**
 * Reads tokenised rows by their line number, from 0. Holds row tables (24 bytes a row) in memory; close it
 * when done.
 */
export class TokenReader {
  readonly #pieces: readonly OpenPiece[];
  private constructor(pieces: readonly OpenPiece[]) {
    this.#pieces = pieces;
  }

  /** @throws {HeadraceError} ArtifactMissingError. */
  static async open(store: ArtifactStore, tokens: Tokens, side: Side): Promise<TokenReader> {
    const opened: OpenPiece[] = [];
    try {
      for (const { key, firstLine } of tokens.pieces.filter((piece) => piece.side === side)) {
        const artifact: Artifact = await store.get({ kind: 'token-piece', key });
        const rows = await TokenRows.read(artifact);
        const tokenFile = await open(artifact.path(tokensName), 'r');
        const mask = await open(artifact.path(maskName), 'r').catch(async (error: unknown) => {
          await tokenFile.close();
          throw error;
        });
        opened.push({ firstLine, rows, tokens: tokenFile, mask });
      }
    } catch (error) {
      await new TokenReader(opened).close();
      throw error;
    }
    return new TokenReader(opened);
  }

  /** Line numbers of the rows with at least one trained token, rising. */
  trainedRows(): Uint32Array {
    const lines: number[] = [];
    for (const { firstLine, rows } of this.#pieces)
      for (let at = 0; at < rows.count; at += 1) if (rows.at(at).trained > 0) lines.push(firstLine + at);
    return Uint32Array.from(lines);
  }

  /** Counts of a row, without its tokens. */
  rowAt(line: number): TokenRow {
    return this.#find(line).row;
  }

  async read(line: number): Promise<TokenisedRow> {
    const { piece, row } = this.#find(line);
    const tokenBytes = await readAt(piece.tokens, row.offset * 4, row.length * 4);
    const mask = await readAt(piece.mask, row.offset, row.length);
    const tokens = Int32Array.from({ length: row.length }, (_, at) => tokenBytes.readInt32LE(at * 4));
    return { tokens, mask, source: row.source };
  }

  async close(): Promise<void> {
    await Promise.all(this.#pieces.flatMap(({ tokens, mask }) => [tokens.close(), mask.close()]));
  }

  #find(line: number): { readonly piece: OpenPiece; readonly row: TokenRow } {
    let [low, high] = [0, this.#pieces.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#pieces[middle]?.firstLine ?? 0) <= line) low = middle;
      else high = middle - 1;
    }
    const piece = this.#pieces[low];
    if (piece === undefined || line < piece.firstLine || line >= piece.firstLine + piece.rows.count)
      throw new HeadraceError('ArtifactCorruptError', `The tokens have no row of line ${line + 1}`);
    return { piece, row: piece.rows.at(line - piece.firstLine) };
  }
}

async function readAt(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, from);
  if (bytesRead !== length)
    throw new HeadraceError('ArtifactCorruptError', `A token file ends ${length - bytesRead} bytes early`);
  return bytes;
}

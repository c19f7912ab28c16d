import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { trainedTokens } from '../../../core/training/datum.js';
import type { TokenisedConversation } from '../../../core/training/tokens.js';
import type { Conversation } from '../../../core/convert/conversation/conversation.js';
import { maskName, rowFields, rowsName, tokensName, type TokenPieceMeta } from './token-piece.js';
import { addUntrainedParts, nothingUntrained, untrainedPartsOf } from './untrained-parts.js';

/** Collects the tokenised rows of a `token-piece`, in line order, and writes its files. */
export class TokenPieceBuilder {
  readonly #maxTokens: number;
  readonly #tokens: number[] = [];
  readonly #mask: number[] = [];
  readonly #rows: Uint32Array;
  readonly #untrainedParts: TokenPieceMeta['untrainedParts'] = {};
  #count = 0;
  #trainedRows = 0;
  #trainedTokens = 0;

  constructor(rows: number, maxTokens: number) {
    this.#rows = new Uint32Array(rows * rowFields);
    this.#maxTokens = maxTokens;
  }

  /** @param source - position of the row's source in the mix. */
  add(conversation: Conversation, tokenised: TokenisedConversation, source: number): void {
    const { tokens, mask, lastMessageAt } = tokenised;
    const length = Math.min(tokens.length, this.#maxTokens);
    const trained = trainedTokens(mask, length);
    const lostLastAnswer = length > 0 && lastMessageAt >= length ? 1 : 0;
    this.#rows.set(
      [this.#tokens.length, length, tokens.length, trained, source, lostLastAnswer],
      this.#count * rowFields,
    );
    for (let at = 0; at < length; at += 1) {
      this.#tokens.push(tokens[at] ?? 0);
      this.#mask.push(mask[at] ?? 0);
    }
    const parts = untrainedPartsOf(conversation, tokenised);
    this.#untrainedParts[source] = addUntrainedParts(this.#untrainedParts[source] ?? nothingUntrained, parts);
    this.#count += 1;
    if (trained > 0) this.#trainedRows += 1;
    this.#trainedTokens += trained;
  }

  /** Writes the files into `dir`. */
  async write(dir: string): Promise<TokenPieceMeta> {
    const files = [
      [tokensName, littleEndian(Int32Array.from(this.#tokens))],
      [maskName, Uint8Array.from(this.#mask)],
      [rowsName, littleEndian(this.#rows)],
    ] as const;
    const hash = createHash('sha256');
    for (const [name, bytes] of files) {
      hash.update(`${name} ${bytes.byteLength}\n`).update(bytes);
      await writeFile(join(dir, name), bytes);
    }
    return {
      rows: this.#count,
      trainedRows: this.#trainedRows,
      tokens: this.#tokens.length,
      trainedTokens: this.#trainedTokens,
      untrainedParts: this.#untrainedParts,
      sha256: hash.digest('hex'),
    };
  }
}

/** Typed arrays have the byte order of the machine. */
function littleEndian(values: Int32Array | Uint32Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return endianness() === 'LE' ? bytes : bytes.swap32();
}

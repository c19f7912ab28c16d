import { createHash } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { HeadraceError } from '../../../core/errors.js';
import type { RendererName, TrainOn } from '../../../core/recipe.js';
import { trainedTokens } from '../../../core/training/datum.js';
import { rendererNamed } from '../../../core/training/renderers.js';
import { tokeniseConversation } from '../../../core/training/tokens.js';
import type { JobContext } from '../../threads/thread-pool.js';
import { gatherLines } from '../../mix/lines/gather-lines.js';
import type { LinePlaces } from '../../mix/lines/mixed-lines.js';
import { createTextEncoder, readTokenizerFiles, type TextEncoder } from '../tokenizer/text-encoder.js';
import { maskName, rowFields, rowsName, tokensName, type TokenPieceMeta } from './token-piece.js';

/** How conversations become tokens; whatever decides the bytes of a piece, save its lines. */
interface Tokenisation {
  readonly renderer: RendererName;
  readonly trainOn: TrainOn;
  readonly maxTokens: number;
  /** SHA-256 of the tokenizer. */
  readonly tokenizerDigest: string;
}

export interface TokenisePieceInput {
  readonly tokenisation: Tokenisation;
  readonly tokenizerDir: string;
  /** Where the lines of the mix are. */
  readonly places: LinePlaces;
  /** Number of the first line, from 0. */
  readonly firstLine: number;
  /** How many there are. */
  readonly lines: number;
  /** Size of the lines, newlines included. */
  readonly bytes: number;
  /** One unsigned 16-bit number a line, little-endian. */
  readonly sourcesPath: string;
  /** The folder to write to. */
  readonly dir: string;
}

const Line = z.object({
  messages: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
});

let cached: { readonly dir: string; readonly encoder: TextEncoder } | undefined;

/** A thread meets one tokenizer after the other, and mostly the same. */
async function encoderOf(dir: string, digest: string): Promise<TextEncoder> {
  if (cached?.dir === dir) return cached.encoder;
  const files = await readTokenizerFiles(dir);
  if (files.digest !== digest)
    throw new HeadraceError('ArtifactCorruptError', `The tokenizer in ${dir} is not the one of the plan`);
  cached = { dir, encoder: createTextEncoder(files) };
  return cached.encoder;
}

/** Tokenises a stretch of lines into the files of a `token-piece`. A job for a thread. */
export async function tokenisePiece(input: TokenisePieceInput, context: JobContext): Promise<TokenPieceMeta> {
  const { renderer: name, trainOn, maxTokens, tokenizerDigest } = input.tokenisation;
  const encoder = await encoderOf(input.tokenizerDir, tokenizerDigest);
  const renderer = rendererNamed(name);
  const end = input.firstLine + input.lines;
  const text = Buffer.allocUnsafeSlow(input.bytes);
  gatherLines(input.places, input.firstLine, end, text);
  const lines = text.toString('utf8').split('\n').slice(0, -1);
  const sources = await readBytes(input.sourcesPath, input.firstLine * 2, end * 2);

  const tokens: number[] = [];
  const mask: number[] = [];
  const rows = new Uint32Array(lines.length * rowFields);
  const refusals: Record<string, number> = {};
  let trainedRows = 0;
  let trainedTotal = 0;
  let bytesDone = 0;
  for (const [index, line] of lines.entries()) {
    const where = `Line ${input.firstLine + index + 1} of ${input.places.entriesPath}`;
    const found = tokeniseConversation(renderer, parseLine(line, where), trainOn, encoder);
    const length = Math.min(found.tokens.length, maxTokens);
    const trained = trainedTokens(found.mask, length);
    const lost = found.lastMessageAt >= length ? 1 : 0;
    rows.set(
      [tokens.length, length, found.tokens.length, trained, sources.readUInt16LE(index * 2), lost],
      index * rowFields,
    );
    for (let at = 0; at < length; at += 1) {
      tokens.push(found.tokens[at] ?? 0);
      mask.push(found.mask[at] ?? 0);
    }
    if (found.refusal !== undefined) refusals[found.refusal] = (refusals[found.refusal] ?? 0) + 1;
    if (trained > 0) trainedRows += 1;
    trainedTotal += trained;
    bytesDone += line.length;
    context.progress(bytesDone);
  }
  const files = [
    [tokensName, littleEndian(Int32Array.from(tokens))],
    [maskName, Uint8Array.from(mask)],
    [rowsName, littleEndian(rows)],
  ] as const;
  const hash = createHash('sha256');
  for (const [file, bytes] of files) {
    hash.update(`${file} ${bytes.byteLength}\n`).update(bytes);
    await writeFile(join(input.dir, file), bytes);
  }
  return {
    rows: lines.length,
    trainedRows,
    tokens: tokens.length,
    trainedTokens: trainedTotal,
    refusals,
    sha256: hash.digest('hex'),
  };
}

function parseLine(line: string, where: string): z.infer<typeof Line>['messages'] {
  try {
    return Line.parse(JSON.parse(line)).messages;
  } catch (error) {
    throw new HeadraceError('ArtifactCorruptError', `${where} is not a conversation`, { cause: error });
  }
}

async function readBytes(path: string, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  const file = await open(path, 'r');
  try {
    for (let at = 0; at < bytes.length;) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at);
      if (bytesRead === 0)
        throw new HeadraceError('ArtifactCorruptError', `${path} ends at byte ${from + at}, before ${to}`);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
  return bytes;
}

/** Typed arrays have the machine's byte order, which is little-endian wherever Node runs in practice; others are turned. */
function littleEndian(values: Int32Array | Uint32Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? bytes : bytes.swap32();
}

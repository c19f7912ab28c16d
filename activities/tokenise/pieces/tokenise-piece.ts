import { parseCanonicalLine } from '../../../core/convert/conversation/canonical-line.js';
import type { Conversation } from '../../../core/convert/conversation/conversation.js';
import { HeadraceError } from '../../../core/errors.js';
import { readRange } from '../../../files/read-range.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import { tokeniseExamples } from '../../../core/training/examples.js';
import { originAt, originBytes } from '../../mix/format/origin.js';
import { gatherLines } from '../../mix/lines/gather-lines.js';
import type { LinePlaces } from '../../mix/lines/mixed-lines.js';
import type { JobContext } from '../../threads/job.js';
import type { TokenizerPaths } from '../tokenizer/tokenizer-files.js';
import { threadEncoder } from './thread-encoder.js';
import { TokenPieceBuilder } from './token-piece-builder.js';
import type { TokenPieceMeta } from './token-piece.js';
import type { Tokenisation } from './token-plan.js';

/** Input of {@link tokenisePiece}. */
export interface TokenisePieceInput {
  readonly tokenisation: Tokenisation;
  readonly tokenizer: TokenizerPaths;
  /** Where the lines are: in the shard of their part of the mix, or still in the sorted runs. */
  readonly from:
    | { readonly kind: 'shard'; readonly path: string; readonly start: number }
    | { readonly kind: 'runs'; readonly places: LinePlaces };
  /** Number of the first line in the part, from 0. */
  readonly firstEntry: number;
  /** Number of the first line in the file, from 0. */
  readonly firstLine: number;
  /** How many there are. */
  readonly lines: number;
  /** Size of the lines, newlines included. */
  readonly bytes: number;
  /** The origins of the part's entries. */
  readonly originsPath: string;
  /** The folder to write to. */
  readonly dir: string;
}

const newline = 0x0a;

/**
 * Tokenises a stretch of lines into the files of a `token-piece`. A job for a thread; its progress is in
 * bytes of the lines, newlines included.
 */
export async function tokenisePiece(input: TokenisePieceInput, context: JobContext): Promise<TokenPieceMeta> {
  const { renderer: name, settings, maxTokens, tokenizerDigest } = input.tokenisation;
  const renderer = rendererNamed(name, settings);
  const encoder = await threadEncoder(input.tokenizer, tokenizerDigest, renderer);
  const lines = await readLines(input);
  const [firstEntry, lastEntry] = [input.firstEntry, input.firstEntry + input.lines];
  const origins = await readRange(input.originsPath, firstEntry * originBytes, lastEntry * originBytes);

  const piece = new TokenPieceBuilder(renderer, maxTokens);
  let begin = 0;
  for (let row = 0; row < input.lines; row += 1) {
    const end = lines.indexOf(newline, begin);
    const where = `Line ${input.firstLine + row + 1} of the mix`;
    const conversation = parseLine(lines.toString('utf8', begin, end), where);
    const made = tokeniseExamples(renderer, conversation, input.tokenisation, encoder);
    piece.add(conversation, made, origins.readUInt16LE(row * originBytes + originAt.source));
    begin = end + 1;
    context.progress(begin);
  }
  return await piece.write(input.dir);
}

/** The lines of the piece, each with its newline. */
async function readLines({ from, firstEntry, lines, bytes }: TokenisePieceInput): Promise<Buffer> {
  if (from.kind === 'shard') return await readRange(from.path, from.start, from.start + bytes);
  const gathered = Buffer.allocUnsafeSlow(bytes);
  gatherLines(from.places, firstEntry, firstEntry + lines, gathered);
  return gathered;
}

function parseLine(line: string, where: string): Conversation {
  try {
    return parseCanonicalLine(line);
  } catch (error) {
    throw new HeadraceError('ArtifactCorruptError', `${where} is not a conversation`, { cause: error });
  }
}

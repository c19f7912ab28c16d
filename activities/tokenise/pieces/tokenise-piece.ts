import { parseCanonicalLine } from '../../../core/convert/conversation/canonical-line.js';
import type { Conversation } from '../../../core/convert/conversation/conversation.js';
import { HeadraceError } from '../../../core/errors.js';
import { readRange } from '../../../files/read-range.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import { tokeniseExamples } from '../../../core/training/examples.js';
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

const newline = 0x0a;

/**
 * Tokenises a stretch of lines into the files of a `token-piece`. A job for a thread; its progress is in
 * bytes of the lines, newlines included.
 */
export async function tokenisePiece(input: TokenisePieceInput, context: JobContext): Promise<TokenPieceMeta> {
  const { renderer: name, settings, maxTokens, tokenizerDigest } = input.tokenisation;
  const renderer = rendererNamed(name, settings);
  const encoder = await threadEncoder(input.tokenizer, tokenizerDigest, renderer);
  const lines = Buffer.allocUnsafeSlow(input.bytes);
  const lastLine = input.firstLine + input.lines;
  gatherLines(input.places, input.firstLine, lastLine, lines);
  const sources = await readRange(input.sourcesPath, input.firstLine * 2, lastLine * 2);

  const piece = new TokenPieceBuilder(renderer, maxTokens);
  let begin = 0;
  for (let row = 0; row < input.lines; row += 1) {
    const end = lines.indexOf(newline, begin);
    const where = `Line ${input.firstLine + row + 1} of ${input.places.entriesPath}`;
    const conversation = parseLine(lines.toString('utf8', begin, end), where);
    const made = tokeniseExamples(renderer, conversation, input.tokenisation, encoder);
    piece.add(conversation, made, sources.readUInt16LE(row * 2));
    begin = end + 1;
    context.progress(begin);
  }
  return await piece.write(input.dir);
}

function parseLine(line: string, where: string): Conversation {
  try {
    return parseCanonicalLine(line);
  } catch (error) {
    throw new HeadraceError('ArtifactCorruptError', `${where} is not a conversation`, { cause: error });
  }
}

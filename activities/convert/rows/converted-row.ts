import type { RejectReason } from '../../../core/contracts/conversion.js';
import { assistantChars, canonicalLine } from '../../../core/convert/conversation/canonical-line.js';
import type { ConversationFacts } from '../../../core/convert/findings/facts.js';
import type { Converted } from '../../../core/convert/row-converter.js';
import { heldoutPrompt } from '../../../core/mix/heldout.js';

/** A conversation that can be written as a line of train.jsonl. Valid until the next row is read. */
export interface ConvertedRow {
  /** An upper bound for the bytes of the line, without its newline. */
  readonly maxBytes: number;
  /** The text that decides whether the conversation is held out, as a string or as UTF-8. */
  readonly prompt: string | Uint8Array;
  /** Absent where nothing is to be counted. */
  readonly facts?: ConversationFacts | undefined;
  /**
   * Writes the line to `memory`, without a newline.
   *
   * @param memory - that of `threadJsonBytes` for a line of up to `lineBytes`, which is built there; any
   *   other for a longer line.
   */
  writeTo(memory: Buffer, at: number): WrittenLine;
}

/** Result of {@link ConvertedRow.writeTo}. */
export interface WrittenLine {
  /** The end of the line in the memory. */
  readonly end: number;
  /** UTF-16 code units of the assistant's text. */
  readonly assistantChars: number;
}

/**
 * The result of a conversion that does not parse the row. `undefined` if the row has to be parsed.
 */
export type UnparsedOutcome = ConvertedRow | RejectReason | 'filtered' | undefined;

/** The bytes of longer lines, in code units, are counted instead of estimated. */
const longLine = 1024 * 1024;

/** The row of a conversation that was parsed. */
export function parsedRow({ conversation, facts }: Converted): ConvertedRow {
  const line = canonicalLine(conversation);
  return {
    // A code unit has at most three bytes. Counting them takes as long as writing them.
    maxBytes: line.length > longLine ? Buffer.byteLength(line) : 3 * line.length,
    facts,
    prompt: heldoutPrompt(conversation.messages),
    writeTo: (memory, at) => ({
      end: at + memory.write(line, at),
      assistantChars: assistantChars(conversation),
    }),
  };
}

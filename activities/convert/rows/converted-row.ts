import { assistantChars, canonicalLine, type Message } from '../../../core/convert/conversation.js';
import { heldoutPrompt } from '../../../core/mix/heldout.js';

/** A conversation that can be written as a line of train.jsonl. Valid until the next row is read. */
export interface ConvertedRow {
  /** No line is longer, its newline not counted. */
  readonly maxBytes: number;
  /** The text that decides whether the conversation is held out, as a string or as UTF-8. */
  readonly prompt: string | Uint8Array;
  /** Writes the line to `target`, without a newline. */
  writeTo(target: Buffer, at: number): WrittenLine;
}

export interface WrittenLine {
  /** Where the line ends in the target. */
  readonly end: number;
  /** UTF-16 code units of the assistant's text. */
  readonly assistantChars: number;
}

/**
 * What a reader that does not parse makes of a row. `undefined`: the row is not a plain conversation, and the parser decides what
 * becomes of it.
 */
export type UnparsedOutcome = ConvertedRow | 'filtered' | undefined;

/** From this many code units on, the length in bytes is counted and not estimated. */
const longLine = 1024 * 1024;

/** The row of a conversation that was parsed. */
export function parsedRow(messages: readonly Message[]): ConvertedRow {
  const line = canonicalLine(messages);
  return {
    // A code unit takes three bytes at most. To count them takes as long as to write them.
    maxBytes: line.length > longLine ? Buffer.byteLength(line) : 3 * line.length,
    prompt: heldoutPrompt(messages),
    writeTo: (target, at) => ({
      end: at + target.write(line, at),
      assistantChars: assistantChars(messages),
    }),
  };
}

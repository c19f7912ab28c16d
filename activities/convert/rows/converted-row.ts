import { assistantChars, canonicalLine, type Message } from '../../../core/convert/conversation.js';
import type { Role } from '../../../core/convert/roles.js';
import { heldoutPrompt } from '../../../core/mix/heldout.js';
import { linePart, type LinePart } from '../json-bytes/json-bytes.js';

/** A canonical line that is about to be written. Good until the next row is looked at. */
export interface LineText {
  /** It is at most so long. */
  readonly mostBytes: number;
  /** Writes it at `at`, without a newline; returns where it ends. */
  writeTo(target: Buffer, at: number): number;
}

/** A conversation on its way into a run. Good until the next row is looked at. */
export interface ConvertedRow {
  readonly line: LineText;
  /** UTF-16 code units of assistant text. */
  readonly assistantChars: number;
  /** What decides whether it is held out, as text or as UTF-8. */
  readonly prompt: string | Uint8Array;
}

/** Code units above which room is not to be wasted. */
const longLine = 1024 * 1024;

/** The row of a conversation that was parsed. */
export function writtenRow(messages: readonly Message[]): ConvertedRow {
  const line = canonicalLine(messages);
  // Three bytes a code unit are the most there can be; counting them costs as much as writing them.
  const mostBytes = line.length > longLine ? Buffer.byteLength(line) : 3 * line.length;
  return {
    line: { mostBytes, writeTo: (target, at) => at + target.write(line, at) },
    assistantChars: assistantChars(messages),
    prompt: heldoutPrompt(messages),
  };
}

const opening = (before: string): Readonly<Record<Role, LinePart>> => {
  const of = (role: Role): LinePart => linePart(`${before}{"role":"${role}","content":"`);
  return { user: of('user'), assistant: of('assistant'), system: of('system') };
};
/** What stands before the text of the first message, and of any other one. */
export const firstOpening = opening('{"messages":[');
export const nextOpening = opening('"},');
export const closing = linePart('"}]}');
export const mostAround = Math.max(firstOpening.assistant.bytes, nextOpening.assistant.bytes);

import { isUtf8 } from 'node:buffer';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { compileFilter } from '../../../core/convert/filter.js';
import { isObject, messageListOf } from '../../../core/convert/layout.js';
import { lineBytes, maxLineBytes, type ByteRole } from '../json-bytes/canonical-line.js';
import type { JsonBytes } from '../json-bytes/json-bytes.js';
import { holdsBadText, TextBytes } from '../read/text-bytes.js';
import { mayBeBlank } from './blank.js';
import type { ConvertedRow, UnparsedOutcome, WrittenLine } from './converted-row.js';
import { RoleSpellings } from './role-spellings.js';

/** The most bytes of JSON for one byte of text: `\u0000`. */
const maxEscapeBytes = 6;

interface TextMessage {
  readonly role: ByteRole;
  /** UTF-8. */
  readonly text: Uint8Array;
}

/** Converts a row whose texts of messages are `TextBytes`. */
export type ParquetRowConverter = (row: Readonly<Record<string, unknown>>) => UnparsedOutcome;

/**
 * Returns a function that converts rows of a parquet file without decoding the texts of their messages: the
 * bytes are escaped into the canonical line. It returns `undefined` for a row that may be a reject.
 * `undefined` instead of a function for formats whose messages are not in a list.
 */
export function createParquetRowConverter(
  rules: ConversionRules,
  json: JsonBytes,
): ParquetRowConverter | undefined {
  const names = messageListOf(rules.layout);
  if (names === undefined) return undefined;
  const filter = compileFilter(rules.filter, rules.layout);
  if (filter.columns.includes(names.list)) return undefined;
  const roles = new RoleSpellings(rules.roles);
  const readMessage = (message: unknown): TextMessage | undefined => {
    if (!isObject(message)) return undefined;
    const [role, content] = [message[names.role], message[names.content]];
    if (!(role instanceof TextBytes) || !(content instanceof TextBytes)) return undefined;
    const known = roles.roleAt(role.bytes, 0, role.bytes.length);
    if (known === undefined || !isUtf8(content.bytes) || mayBeBlank(content.bytes)) return undefined;
    return { role: known, text: content.bytes };
  };
  return (row) => {
    if (filter.columns.some((column) => holdsBadText(row[column]))) return undefined;
    if (!filter.passes(row)) return 'filtered';
    const messages = readAll(row[names.list], readMessage);
    return messages && conversation(json, messages);
  };
}

/** The messages of a list; `undefined` if it is none, or if one of them cannot be read. */
function readAll(
  list: unknown,
  readMessage: (message: unknown) => TextMessage | undefined,
): readonly TextMessage[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const messages: TextMessage[] = [];
  for (const item of list as readonly unknown[]) {
    const message = readMessage(item);
    if (message === undefined) return undefined;
    messages.push(message);
  }
  return messages;
}

/** The conversation up to the last message of the assistant. */
function conversation(json: JsonBytes, messages: readonly TextMessage[]): ConvertedRow | undefined {
  const kept = messages.slice(0, messages.findLastIndex(({ role }) => role === 'assistant') + 1);
  const prompt = kept.find(({ role }) => role === 'user') ?? kept[0];
  if (prompt === undefined) return undefined;
  const textBytes = kept.reduce((sum, { text }) => sum + text.length, 0);
  const maxBytes = maxLineBytes(kept.length, maxEscapeBytes * textBytes);
  if (maxBytes > lineBytes) return undefined;
  return { maxBytes, prompt: prompt.text, writeTo: (target, at) => writeLine(json, kept, target, at) };
}

function writeLine(
  json: JsonBytes,
  messages: readonly TextMessage[],
  target: Buffer,
  at: number,
): WrittenLine {
  const line = json.startLine();
  let assistantChars = 0;
  for (const { role, text } of messages) {
    const codeUnits = line.addText(role, text);
    if (role === 'assistant') assistantChars += codeUnits;
  }
  return { end: line.writeTo(target, at), assistantChars };
}

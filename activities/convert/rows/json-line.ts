import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { isBlank } from '../../../core/convert/conversation/blank.js';
import { compileFilter } from '../../../core/convert/filter.js';
import { messageListOf } from '../../../core/convert/layout.js';
import { lineBytes, maxLineBytes } from '../json-bytes/canonical-line.js';
import type { JsonBytes, StringSpan } from '../json-bytes/json-bytes.js';
import { decodedJson, textOfJson } from '../json-bytes/text-of-json.js';
import { blankOutcome, jsonMayBeBlank } from './blank.js';
import type { UnparsedOutcome, WrittenLine } from './converted-row.js';
import { LineReader, type TextColumn } from './line-reader.js';
import type { JsonMessage } from './message-reader.js';
import { plainFacts } from './plain-facts.js';

/** Converts the line `bytes[start, end)`, which is UTF-8. */
export type LineConverter = (bytes: Buffer, start: number, end: number) => UnparsedOutcome;

/**
 * Returns a function that converts lines of JSON without parsing them: it copies the texts of the messages,
 * which are the same bytes in the canonical line. It returns `undefined` for a line that {@link LineReader}
 * leaves to the parser. `undefined` instead of a function for formats whose messages are not in a list.
 */
export function createLineConverter(rules: ConversionRules, json: JsonBytes): LineConverter | undefined {
  const names = messageListOf(rules.layout);
  if (names === undefined || names.role === names.content) return undefined;
  const filter = compileFilter(rules.filter, rules.layout);
  if (filter.columns.includes('__proto__')) return undefined;
  const reader = new LineReader(json, names, rules);
  return (bytes, start, end) => {
    if (!json.holds(bytes) || !reader.read(bytes, start, end)) return undefined;
    if (filter.columns.length > 0 && !filter.passes(reader.filterRow())) return 'filtered';
    return conversation(json, bytes, reader.messages, reader.countedTexts);
  };
}

/** The conversation up to the last message of the assistant. */
function conversation(
  json: JsonBytes,
  bytes: Buffer,
  messages: readonly JsonMessage[],
  countedTexts: readonly TextColumn[],
): UnparsedOutcome {
  const kept = messages.slice(0, messages.findLastIndex(({ role }) => role === 'assistant') + 1);
  const prompt = kept.find(({ role }) => role === 'user') ?? kept[0];
  if (prompt === undefined) return undefined;
  let textBytes = 0;
  for (const { role, text } of kept) {
    if (
      jsonMayBeBlank(bytes, text.start, text.end) &&
      isBlank(decodedJson(bytes.subarray(text.start, text.end)))
    )
      return blankOutcome(role);
    textBytes += text.end - text.start;
  }
  const maxBytes = maxLineBytes(kept.length, textBytes);
  if (maxBytes > lineBytes) return undefined;
  const unread = countedTexts.filter((column) => !kept.some(({ text }) => isSame(bytes, column, text)));
  return {
    maxBytes,
    prompt: textOfJson(bytes.subarray(prompt.text.start, prompt.text.end)),
    writeTo: (target, at) => writeLine(json, bytes, kept, target, at),
    ...plainFacts(unread, kept.length < messages.length),
  };
}

type Stretch = Pick<StringSpan, 'start' | 'end'>;

/** Whether two strings are one text. All are spelt as by JSON.stringify, so equal texts are equal bytes. */
function isSame(bytes: Buffer, a: Stretch, b: Stretch): boolean {
  if (a.end - a.start !== b.end - b.start) return false;
  return bytes.compare(bytes, a.start, a.end, b.start, b.end) === 0;
}

function writeLine(
  json: JsonBytes,
  bytes: Buffer,
  messages: readonly JsonMessage[],
  target: Buffer,
  at: number,
): WrittenLine {
  const line = json.startLine();
  let assistantChars = 0;
  for (const { role, text } of messages) {
    line.addJson(role, bytes, text.start, text.end);
    if (role === 'assistant') assistantChars += text.codeUnits;
  }
  return { end: line.writeTo(target, at), assistantChars };
}

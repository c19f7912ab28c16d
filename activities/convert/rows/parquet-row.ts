import { isUtf8 } from 'node:buffer';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { isBlank } from '../../../core/convert/conversation/blank.js';
import { compileFilter } from '../../../core/convert/filter.js';
import { messageListOf } from '../../../core/convert/layout.js';
import { lineBytes, maxLineBytes } from '../json-bytes/canonical-line.js';
import type { JsonBytes } from '../json-bytes/json-bytes.js';
import type { ParquetRow, ParquetRows } from '../read/parquet-rows.js';
import { plainValue } from '../read/parquet-values.js';
import { holdsBadText } from '../read/text-bytes.js';
import { blankOutcome, mayBeBlank } from './blank.js';
import type { UnparsedOutcome, WrittenLine } from './converted-row.js';
import { ParquetRowReader, type TextColumn, type TextMessage } from './parquet-row-reader.js';
import { plainFacts } from './plain-facts.js';

/** The most bytes of JSON for one byte of text: `\u0000`. */
const maxEscapeBytes = 6;

/** Converts the row at `index` of `rows`. */
export type ParquetRowConverter = (rows: ParquetRows, index: number) => UnparsedOutcome;

/**
 * Returns a function that converts rows of a parquet file without decoding the texts of their messages: the
 * bytes are escaped into the canonical line. It returns `undefined` for a row that {@link ParquetRowReader}
 * leaves to the parser. `undefined` instead of a function for formats whose messages are not in a list.
 */
export function createParquetRowConverter(
  rules: ConversionRules,
  json: JsonBytes,
): ParquetRowConverter | undefined {
  const names = messageListOf(rules.layout);
  if (names === undefined) return undefined;
  const filter = compileFilter(rules.filter, rules.layout);
  if (filter.columns.includes(names.list)) return undefined;
  const reader = new ParquetRowReader(rules);
  return (rows, index) => {
    if (filter.columns.length > 0) {
      const filtered = filterRow(rows.others(index), filter.columns);
      if (filtered === undefined) return undefined;
      if (!filter.passes(filtered)) return 'filtered';
    }
    if (!reader.read(rows, index)) return undefined;
    return conversation(json, reader.messages, reader.countedTexts);
  };
}

/** The columns that the filter reads; `undefined` where one of them has a text that is not UTF-8. */
function filterRow(row: ParquetRow, columns: readonly string[]): ParquetRow | undefined {
  const filtered: Record<string, unknown> = {};
  for (const column of columns) {
    const value = plainValue(row[column]);
    if (holdsBadText(value)) return undefined;
    filtered[column] = value;
  }
  return filtered;
}

/** The conversation up to the last message of the assistant. */
function conversation(
  json: JsonBytes,
  messages: readonly TextMessage[],
  countedTexts: readonly TextColumn[],
): UnparsedOutcome {
  const kept = messages.slice(0, messages.findLastIndex(({ role }) => role === 'assistant') + 1);
  const prompt = kept.find(({ role }) => role === 'user') ?? kept[0];
  if (prompt === undefined) return undefined;
  const unread = countedTexts.filter(({ text }) => !kept.some((message) => isSame(text, message.text)));
  if (unread.some(({ text }) => !isUtf8(text))) return undefined;
  let textBytes = 0;
  for (const { role, text } of kept) {
    if (mayBeBlank(text) && isBlank(String(Buffer.from(text)))) return blankOutcome(role);
    textBytes += text.length;
  }
  const maxBytes = maxLineBytes(kept.length, maxEscapeBytes * textBytes);
  if (maxBytes > lineBytes) return undefined;
  return {
    maxBytes,
    prompt: prompt.text,
    writeTo: (target, at) => writeLine(json, kept, target, at),
    ...plainFacts(unread, kept.length < messages.length),
  };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

function writeLine(
  json: JsonBytes,
  messages: readonly TextMessage[],
  target: Buffer,
  at: number,
): WrittenLine {
  const line = json.startLine(target, at);
  let assistantChars = 0;
  for (const { role, text } of messages) {
    const codeUnits = line.addText(role, text);
    if (role === 'assistant') assistantChars += codeUnits;
  }
  return { end: line.close(), assistantChars };
}

import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { compileFilter, type RowFilter } from '../../../core/convert/filter.js';
import { messageListOf } from '../../../core/convert/layout.js';
import type { JsonBytes } from '../json-bytes/json-bytes.js';
import type { UnparsedOutcome } from './converted-row.js';
import { JsonConversation } from './json-conversation.js';
import { LineReader } from './line-reader.js';

/**
 * Converts lines of JSON without parsing them: it copies the texts of the messages, which are the same bytes
 * in the canonical line.
 */
export class LineConverter {
  readonly #json: JsonBytes;
  readonly #filter: RowFilter;
  readonly #reader: LineReader;
  readonly #conversation: JsonConversation;

  constructor(json: JsonBytes, filter: RowFilter, reader: LineReader) {
    this.#json = json;
    this.#filter = filter;
    this.#reader = reader;
    this.#conversation = new JsonConversation(json);
  }

  /**
   * Converts the line `bytes[start, end)`, which is UTF-8. `undefined` for a line that {@link JsonBytes} or
   * {@link LineReader} leave to the parser.
   */
  convert(bytes: Buffer, start: number, end: number): UnparsedOutcome {
    const row = this.#json.readRow(bytes, start, end);
    if (row === undefined || !this.#reader.read(row)) return undefined;
    if (this.#filter.columns.length > 0 && !this.#filter.passes(this.#reader.filterRow())) return 'filtered';
    return this.#conversation.read(this.#reader.messages, this.#reader.countedTexts);
  }
}

/** `undefined` for formats whose messages are not in a list. */
export function createLineConverter(rules: ConversionRules, json: JsonBytes): LineConverter | undefined {
  const names = messageListOf(rules.layout);
  if (names === undefined || names.role === names.content) return undefined;
  const filter = compileFilter(rules.filter, rules.layout);
  if (filter.columns.includes('__proto__')) return undefined;
  return new LineConverter(json, filter, new LineReader(json, names, rules));
}

import { isBlank } from '../../../core/convert/conversation/blank.js';
import type { ConversationFacts } from '../../../core/convert/findings/facts.js';
import { lineBytes, maxLineBytes } from '../json-bytes/canonical-line.js';
import type { JsonBytes } from '../json-bytes/json-bytes.js';
import { decodedJson } from '../json-bytes/text-of-json.js';
import { blankOutcome, jsonMayBeBlank } from './blank.js';
import type { ConvertedRow, UnparsedOutcome, WrittenLine } from './converted-row.js';
import type { TextColumn } from './line-reader.js';
import type { JsonMessage } from './message-reader.js';
import { plainFacts } from './plain-facts.js';

/** The conversation of a row of JSON whose texts lie in the memory. One object serves all rows. */
export class JsonConversation implements ConvertedRow {
  readonly #json: JsonBytes;
  #messages: readonly JsonMessage[] = [];
  maxBytes = 0;
  facts: ConversationFacts | undefined;

  constructor(json: JsonBytes) {
    this.#json = json;
  }

  /**
   * Makes this the conversation of a row, up to the last message of the assistant. `undefined` where the
   * parser decides.
   *
   * @param countedTexts - columns that count as not read, unless a message has the same text.
   */
  read(messages: readonly JsonMessage[], countedTexts: readonly TextColumn[]): UnparsedOutcome {
    this.#messages = messages.slice(0, messages.findLastIndex(isAnswer) + 1);
    if (this.#messages.length === 0) return undefined;
    let textBytes = 0;
    for (const { role, text } of this.#messages) {
      if (this.#isBlank(text)) return blankOutcome(role);
      textBytes += text.end - text.start;
    }
    this.maxBytes = maxLineBytes(this.#messages.length, textBytes);
    if (this.maxBytes > lineBytes) return undefined;
    const unread = countedTexts.length === 0 ? countedTexts : this.#unread(countedTexts);
    this.facts = plainFacts(unread, this.#messages.length < messages.length).facts;
    return this;
  }

  get prompt(): Uint8Array {
    const message = this.#messages.find(isQuestion) ?? this.#messages[0];
    return message === undefined
      ? new Uint8Array()
      : this.#json.decoded(message.text.start, message.text.end);
  }

  writeTo(memory: Buffer, at: number): WrittenLine {
    const line = this.#json.startLine(memory, at);
    let assistantChars = 0;
    for (const { role, text } of this.#messages) {
      line.addJson(role, text.start, text.end);
      if (role === 'assistant') assistantChars += text.codeUnits;
    }
    return { end: line.close(), assistantChars };
  }

  #isBlank({ start, end }: Stretch): boolean {
    const { memory } = this.#json;
    return jsonMayBeBlank(memory, start, end) && isBlank(decodedJson(memory.subarray(start, end)));
  }

  #unread(columns: readonly TextColumn[]): readonly TextColumn[] {
    return columns.filter((column) => !this.#messages.some(({ text }) => this.#isSame(column, text)));
  }

  /** Whether two strings are one text. All are spelt as by JSON.stringify, so equal texts are equal bytes. */
  #isSame(a: Stretch, b: Stretch): boolean {
    if (a.end - a.start !== b.end - b.start) return false;
    const { memory } = this.#json;
    return memory.compare(memory, a.start, a.end, b.start, b.end) === 0;
  }
}

/** A text: `[start, end)` of the memory. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

const isAnswer = ({ role }: JsonMessage): boolean => role === 'assistant';
const isQuestion = ({ role }: JsonMessage): boolean => role === 'user';

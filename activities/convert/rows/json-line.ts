import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { compileFilter } from '../../../core/convert/filter.js';
import { messageListOf } from '../../../core/convert/layout.js';
import { lineBytes, maxLineBytes, type ByteRole } from '../json-bytes/canonical-line.js';
import type { JsonBytes, StringSpan } from '../json-bytes/json-bytes.js';
import { JsonCursor } from '../json-bytes/json-cursor.js';
import { jsonMayBeBlank } from './blank.js';
import type { ConvertedRow, UnparsedOutcome, WrittenLine } from './converted-row.js';
import { equals, RoleSpellings } from './role-spellings.js';

const backslash = 0x5c;

/** A message of a line. */
interface JsonMessage {
  readonly role: ByteRole;
  readonly text: StringSpan;
}

/** Converts the line `bytes[start, end)`, which is UTF-8. */
export type LineConverter = (bytes: Buffer, start: number, end: number) => UnparsedOutcome;

/**
 * Returns a function that converts lines of JSON without parsing them: it copies the texts of the messages,
 * which are the same bytes in the canonical line. It returns `undefined` for a line that may be a reject, and
 * for JSON that {@link JsonCursor} leaves to JSON.parse. `undefined` instead of a function for formats whose
 * messages are not in a list.
 */
export function createLineConverter(rules: ConversionRules, json: JsonBytes): LineConverter | undefined {
  const names = messageListOf(rules.layout);
  if (names === undefined || names.role === names.content) return undefined;
  const filter = compileFilter(rules.filter, rules.layout);
  if (filter.columns.includes('__proto__')) return undefined;
  const reader = new LineReader(json, names, new RoleSpellings(rules.roles), filter.columns);
  return (bytes, start, end) => {
    if (!json.holds(bytes) || !reader.read(bytes, start, end)) return undefined;
    if (filter.columns.length > 0 && !filter.passes(reader.filterRow())) return 'filtered';
    return conversation(json, bytes, reader.messages);
  };
}

/** Finds the messages of a line. If a key is repeated its last value counts, as for JSON.parse. */
class LineReader {
  readonly #cursor: JsonCursor;
  readonly #list: Buffer;
  readonly #role: Buffer;
  readonly #content: Buffer;
  readonly #roles: RoleSpellings;
  readonly #columns: readonly { readonly name: string; readonly key: Buffer }[];
  #bytes: Buffer = Buffer.alloc(0);
  #messages: JsonMessage[] | undefined;
  #messageRole: ByteRole | undefined;
  #messageText: StringSpan | undefined;
  /** The JSON of the columns that the filter reads. */
  readonly #filterValues = new Map<string, string>();

  constructor(
    json: JsonBytes,
    names: { readonly list: string; readonly role: string; readonly content: string },
    roles: RoleSpellings,
    filterColumns: readonly string[],
  ) {
    this.#cursor = new JsonCursor(json);
    this.#list = Buffer.from(names.list);
    this.#role = Buffer.from(names.role);
    this.#content = Buffer.from(names.content);
    this.#roles = roles;
    this.#columns = filterColumns.map((name) => ({ name, key: Buffer.from(name) }));
  }

  /** Reads a line. False if it is not a JSON object with a list of messages, or left to JSON.parse. */
  read(bytes: Buffer, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#messages = undefined;
    this.#filterValues.clear();
    this.#cursor.start(bytes, start, end);
    if (!this.#cursor.readObject(this.#readColumn) || this.#messages === undefined) return false;
    this.#cursor.skipSpace();
    return this.#cursor.at === end;
  }

  /** The messages of the line that was read last. */
  get messages(): readonly JsonMessage[] {
    return this.#messages ?? [];
  }

  /** The columns that the filter reads, of the line that was read last. */
  filterRow(): Readonly<Record<string, unknown>> {
    const row: Record<string, unknown> = {};
    for (const [name, value] of this.#filterValues) row[name] = JSON.parse(value) as unknown;
    return row;
  }

  readonly #readColumn = (keyStart: number, keyEnd: number): boolean => {
    const start = this.#cursor.at;
    const isList = equals(this.#list, this.#bytes, keyStart, keyEnd);
    if (isList ? !this.#readMessages() : !this.#cursor.skipValue()) return false;
    for (const { name, key } of this.#columns)
      if (equals(key, this.#bytes, keyStart, keyEnd))
        this.#filterValues.set(name, this.#bytes.toString('utf8', start, this.#cursor.at));
    return true;
  };

  #readMessages(): boolean {
    this.#messages = [];
    return this.#cursor.readList(this.#readMessage);
  }

  readonly #readMessage = (): boolean => {
    this.#messageRole = undefined;
    this.#messageText = undefined;
    if (!this.#cursor.readObject(this.#readMember)) return false;
    if (this.#messageRole === undefined || this.#messageText === undefined) return false;
    this.#messages?.push({ role: this.#messageRole, text: this.#messageText });
    return true;
  };

  readonly #readMember = (keyStart: number, keyEnd: number): boolean => {
    if (equals(this.#content, this.#bytes, keyStart, keyEnd)) {
      this.#messageText = this.#cursor.readString();
      return this.#messageText !== undefined;
    }
    if (equals(this.#role, this.#bytes, keyStart, keyEnd)) {
      const role = this.#cursor.readPlainString();
      this.#messageRole = role && this.#roles.roleAt(this.#bytes, role.start, role.end);
      return this.#messageRole !== undefined;
    }
    return this.#cursor.skipValue();
  };
}

/** The conversation up to the last message of the assistant, if no text of it may be blank. */
function conversation(
  json: JsonBytes,
  bytes: Buffer,
  messages: readonly JsonMessage[],
): ConvertedRow | undefined {
  const kept = messages.slice(0, messages.findLastIndex(({ role }) => role === 'assistant') + 1);
  const prompt = kept.find(({ role }) => role === 'user') ?? kept[0];
  if (prompt === undefined) return undefined;
  let textBytes = 0;
  for (const { text } of kept) {
    if (jsonMayBeBlank(bytes, text.start, text.end)) return undefined;
    textBytes += text.end - text.start;
  }
  const maxBytes = maxLineBytes(kept.length, textBytes);
  if (maxBytes > lineBytes) return undefined;
  return {
    maxBytes,
    prompt: unescaped(bytes, prompt.text),
    writeTo: (target, at) => writeLine(json, bytes, kept, target, at),
  };
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

function unescaped(bytes: Buffer, { start, end }: StringSpan): string | Uint8Array {
  const text = bytes.subarray(start, end);
  return text.includes(backslash) ? (JSON.parse(`"${text.toString()}"`) as string) : text;
}

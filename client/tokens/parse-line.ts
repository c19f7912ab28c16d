import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import { CanonicalLine, conversationOf } from '../../core/convert/conversation/canonical-line.js';
import type { Conversation } from '../../core/convert/conversation/conversation.js';
import { HeadraceError, messageOf } from '../../core/errors.js';
import { escapeControls, shorten } from '../text/shorten.js';

const longestFound = 60;

/**
 * The conversation of a line.
 *
 * @param where - names the file and the line.
 * @throws {HeadraceError} FormatError where the line is not canonical: what was found there, and what is
 * expected.
 */
export function parseLine(bytes: Buffer, where: string): Conversation {
  const text = bytes.toString('utf8');
  if (!isUtf8(bytes)) throw notCanonical(where, `is not UTF-8: ${found(text)}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notCanonical(where, `is not JSON: ${escapeControls(messageOf(error))}`, error);
  }
  const parsed = CanonicalLine.safeParse(value);
  if (!parsed.success) throw notCanonical(where, issueText(value, parsed.error), parsed.error);
  const unknown = unknownKey(value, parsed.data);
  if (unknown !== undefined)
    throw notCanonical(where, `has the key ${found(unknown)}, which is not expected there`);
  if (parsed.data.messages.length === 0) throw notCanonical(where, 'has no messages');
  return conversationOf(parsed.data, text);
}

function notCanonical(where: string, what: string, cause?: unknown): HeadraceError {
  return new HeadraceError(
    'FormatError',
    `${where} ${what}. Expected is a line as in train.jsonl: {"messages":[{"role":…,"content":…},…]}`,
    {
      remedy:
        'Rows of other shapes are converted first: name the file as a source of a recipe, then `npx headrace tokens RECIPE`.',
      cause,
    },
  );
}

function issueText(value: unknown, { issues: [issue] }: z.ZodError): string {
  const path = issue?.path ?? [];
  const at = path.reduce<unknown>((inner, key) => memberOf(inner, key), value);
  return `has ${found(JSON.stringify(at) ?? 'nothing')} as ${pathText(path)} (${issue?.message ?? 'not expected'})`;
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.length === 0
    ? 'its value'
    : path
        .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
        .join('')
        .slice(1);
}

function found(text: string): string {
  return escapeControls(shorten(text, longestFound));
}

/** The path of the first key that parsing left out; `undefined` where it left out none. */
function unknownKey(value: unknown, parsed: unknown, path = ''): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const place = Array.isArray(value) ? `${path}[${key}]` : `${path}${path === '' ? '' : '.'}${key}`;
    if (typeof parsed !== 'object' || parsed === null || !Object.hasOwn(parsed, key)) return place;
    const unknown = unknownKey(inner, memberOf(parsed, key), place);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

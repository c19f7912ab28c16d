import type { RejectReason } from '../../contracts/conversion.js';
import { saysNothing } from '../conversation/blank.js';
import { isObject } from '../layout.js';
import type { RowRole } from '../conversation/roles.js';
import type { RowValue } from './row-value.js';

/** One part of a content that is a list. */
export type Part =
  | { readonly kind: 'text' | 'thinking'; readonly text: string }
  | { readonly kind: 'call' | 'result' }
  | { readonly kind: 'bad'; readonly reason: RejectReason };

const textTypes = new Set<unknown>(['text', 'input_text', 'output_text']);
const thinkingTypes = new Set<unknown>(['thinking', 'reasoning']);
const thinkingKeys = ['thinking', 'reasoning', 'text'];
const media = ['image', 'audio', 'video', 'file'];
const mediaTypes = new Set<unknown>([
  ...media.flatMap((name) => [name, `${name}_url`, `input_${name}`]),
  'document',
]);

/** What a part of a message of this role is. Calls and results are not looked into. */
export function readPart(part: RowValue, role: RowRole): Part {
  const { value } = part;
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (!isObject(value)) return bad('unknown_part');
  const type = saysNothing(value['type']) ? undefined : value['type'];
  const isText = type === undefined ? (value['text'] ?? null) !== null : textTypes.has(type);
  if (isText) return textPart('text', value['text'], 'content_not_text');
  if (mediaTypes.has(type)) return bad('not_only_text');
  if (role === 'assistant' && thinkingTypes.has(type)) {
    const text = thinkingKeys.map((key) => value[key]).find((found) => typeof found === 'string');
    return textPart('thinking', text, 'bad_reasoning');
  }
  if (role === 'assistant' && type === 'tool_use') return { kind: 'call' };
  if ((role === 'user' || role === 'tool') && type === 'tool_result') return { kind: 'result' };
  return bad('unknown_part');
}

function textPart(kind: 'text' | 'thinking', text: unknown, reason: RejectReason): Part {
  return typeof text === 'string' ? { kind, text } : bad(reason);
}

function bad(reason: RejectReason): Part {
  return { kind: 'bad', reason };
}

/** The text of a list of text parts, or the reasons why it has none. */
export function textOfParts(parts: readonly RowValue[]): string | readonly RejectReason[] {
  const read = parts.map((part) => readPart(part, 'system'));
  const reasons = read.flatMap((part) => (part.kind === 'bad' ? part.reason : []));
  if (reasons.length > 0) return reasons;
  return read.map((part) => ('text' in part ? part.text : '')).join('');
}

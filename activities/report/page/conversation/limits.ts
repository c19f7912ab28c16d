import type { Message } from '../../../../core/convert/conversation/conversation.js';
import { prettyJson } from '../../../../core/json/pretty-json.js';
import type { ReadConversation } from '../../read/read-train.js';
import { clip } from '../format.js';

/** Most characters of a content, a reasoning, arguments, or a member of a tool. */
export const textLimit = 3_000;
/** Most characters of a name or an id. */
const nameLimit = 200;
/** Most calls of a message, and most tools of a conversation. */
export const mostCalls = 20;
export const mostTools = 40;

/** Counted for a message, a call or a tool beside its texts: their elements. */
const elementCharacters = 50;

/** Hostile names can be as long as texts. */
export function nameText(name: string): string {
  return clip(name, nameLimit);
}

/** JSON on lines, up to the limit. */
export function jsonText(json: string): string {
  return clip(json, textLimit, prettyJson);
}

/**
 * About how many characters of a conversation are on the page. Its folded tokens, which are about as many,
 * are not counted.
 */
export function shownCharacters({ messages, tools = [] }: ReadConversation): number {
  const ofTools = tools
    .slice(0, mostTools)
    .reduce((sum, tool) => sum + elementCharacters + jsonText(tool).length, 0);
  return messages.reduce((sum, message) => sum + charactersOf(message), ofTools);
}

function charactersOf({
  content,
  reasoning_content: reasoning = '',
  tool_calls: calls = [],
}: Message): number {
  const ofCalls = calls
    .slice(0, mostCalls)
    .reduce((sum, call) => sum + elementCharacters + jsonText(call.function.arguments).length, 0);
  const ofTexts = Math.min(content.length, textLimit) + Math.min(reasoning.length, textLimit);
  return elementCharacters + ofTexts + ofCalls;
}

import type { ToolCall } from '../../convert/conversation/conversation.js';
import { lastUserIndex, reasoningOf, wordsOf, type ChatMessage } from '../rendering/chat.js';
import type { Piece, WrittenChat, WrittenMessage } from '../rendering/renderer.js';
import { chatmlHeader, chatmlRole, imEnd } from './chatml.js';
import { toolResponse } from './qwen3.js';

/** Where a message stands among those that are written. */
interface Place {
  readonly isLast: boolean;
  /** Behind the last user message. */
  readonly isAfterUser: boolean;
  /** Before the last user message. */
  readonly isBeforeUser: boolean;
}

/** What Qwen3.5, Qwen3.8 and Nemotron 3 write each in its own way. */
export interface ThinkChat {
  /** Follows the role in the header of the turn that is generated. */
  readonly opening: string;
  /** A content as it is written. */
  readonly trimmed: (content: ChatMessage['content']) => ChatMessage['content'];
  /** The empty think block that ends the header of an assistant message; empty where there is none. */
  readonly emptyBlock: (message: ChatMessage, place: Place) => string;
  /** Reasoning with its tags, and what is between it and the words. */
  readonly thinkBlock: (thinking: string) => string;
  /** Whether an assistant message loses its reasoning. */
  readonly dropsThinking: (place: Place) => boolean;
  /** Calls, and what is between them and the content. */
  readonly calls: (calls: readonly ToolCall[], content: ChatMessage['content']) => string;
  /** Follows each result of a tool. */
  readonly resultEnd: string;
  /** Opens a result behind another one; both are in one turn. */
  readonly nextResult: string;
}

/** Opens the reasoning of the turn that is generated. */
export const thinkOpening = '<think>\n';

/** Writes messages in the form of a family. */
export function writeThinkChat(chat: ThinkChat): (messages: readonly ChatMessage[]) => WrittenChat {
  return (messages) => {
    const lastUser = lastUserIndex(messages);
    return {
      start: [],
      messages: messages.map((message, index) => {
        if (message.role === 'tool') return result(chat, messages, message, index);
        const isLast = index === messages.length - 1;
        return turn(chat, message, index, {
          isLast,
          isAfterUser: index > lastUser,
          isBeforeUser: index < lastUser,
        });
      }),
      generation: chatmlHeader('assistant', messages.length, chat.opening),
    };
  };
}

function turn(chat: ThinkChat, message: ChatMessage, index: number, place: Place): WrittenMessage {
  const isAssistant = message.role === 'assistant';
  const content = chat.trimmed(message.content);
  const drops = isAssistant && chat.dropsThinking(place);
  const text = textOf(content, drops ? () => '' : chat.thinkBlock);
  const calls = message.calls === undefined ? '' : chat.calls(message.calls, content);
  const block = isAssistant ? chat.emptyBlock(message, place) : '';
  // The prompt of the last turn holds the beginning of its block; the rest is what the model generates.
  const isSplit = isAssistant && place.isLast && block.startsWith(chat.opening);
  const generated: readonly Piece[] = isSplit ? [{ text: block.slice(chat.opening.length) }] : [];
  return {
    message,
    header: chatmlHeader(message.role, index, isSplit ? chat.opening : block),
    output: [...generated, { text: text + calls }, { special: imEnd }],
    leavesOutReasoning: drops && reasoningOf(content) !== undefined,
  };
}

/** A result of a tool; consecutive ones are one turn of the user. */
function result(
  { trimmed, resultEnd, nextResult }: ThinkChat,
  messages: readonly ChatMessage[],
  message: ChatMessage,
  index: number,
): WrittenMessage {
  const isFirst = messages[index - 1]?.role !== 'tool';
  const isLast = messages[index + 1]?.role !== 'tool';
  const text = toolResponse(wordsOf(trimmed(message.content))) + resultEnd;
  return {
    message,
    header: isFirst ? chatmlHeader(chatmlRole(message.role), index) : [{ text: nextResult }],
    output: [{ text }, ...(isLast ? [{ special: imEnd }] : [])],
  };
}

function textOf(content: ChatMessage['content'], thinkBlock: (thinking: string) => string): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : thinkBlock(part.thinking))).join('');
}

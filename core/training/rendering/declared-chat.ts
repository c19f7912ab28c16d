import type { Conversation } from '../../convert/conversation/conversation.js';
import { chatMessages, wordsOf, type ChatMessage } from './chat.js';
import type { Renderer } from './renderer.js';
import { toolDeclare } from './tool-declare.js';

/** The messages of a conversation, with those that declare its tools. */
export function declaredChat(
  { declareTools }: Renderer,
  conversation: Pick<Conversation, 'messages' | 'tools'>,
): readonly ChatMessage[] {
  const { tools = [] } = conversation;
  const messages = chatMessages(conversation);
  if (declareTools === undefined || tools.length === 0) return messages;
  const system = messages[0]?.role === 'system' ? messages[0] : undefined;
  const words = system === undefined ? '' : wordsOf(system.content);
  // The words declare them already, as in Hermes' data.
  if (words.includes('<tools>')) return messages;
  const declared = declareTools(tools, words);
  // The words of the system message stand in the last one that declares more than tools.
  const ofSystem = declared.findLastIndex(({ role }) => role !== toolDeclare);
  return [
    ...declared.map((message, index): ChatMessage => {
      const from = system !== undefined && index === ofSystem ? 0 : 'tools';
      return { ...message, from };
    }),
    ...(system === undefined ? messages : messages.slice(1)),
  ];
}

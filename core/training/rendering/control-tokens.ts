import type { Conversation, Message } from '../../convert/conversation/conversation.js';
import { declaredChat } from './declared-chat.js';
import type { Renderer } from './renderer.js';

const question: readonly Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'What is the weather?' },
];
const answer: Message = { role: 'assistant', content: 'Sunny.', reasoning_content: 'I know it.' };
const call = {
  id: 'functions.weather:0',
  type: 'function',
  function: { name: 'weather', arguments: '{}' },
} as const;

/** Conversations that have every kind of message. */
const conversations: readonly Conversation[] = [
  { messages: [...question, answer, ...question.slice(1), answer] },
  {
    messages: [
      ...question,
      { ...answer, tool_calls: [call] },
      { role: 'tool', content: 'sunny', tool_call_id: call.id, name: 'weather' },
      answer,
    ],
    tools: ['{"name":"weather","description":"Weather","parameters":{"type":"object","properties":{}}}'],
  },
];

/**
 * The control tokens that a renderer writes, by their names.
 *
 * @param bos - the tokenizer's own beginning of a text.
 */
export function controlTokensOf(renderer: Renderer, bos: string | null): readonly string[] {
  const names = new Set('tokens' in renderer.stop ? renderer.stop.tokens : []);
  for (const conversation of conversations) {
    if (conversation.tools !== undefined && renderer.declareTools === undefined) continue;
    const messages = declaredChat(renderer, conversation);
    const whole = renderer.prepare?.(messages) ?? messages;
    for (const purpose of ['training', 'prompt'] as const) {
      const { start, messages: written, generation } = renderer.write(whole, { bos, purpose, whole });
      const pieces = written.flatMap(({ header, output, overlap = [] }) => [
        ...header,
        ...output,
        ...overlap,
      ]);
      for (const piece of [...start, ...pieces, ...generation])
        if ('special' in piece) names.add(piece.special);
    }
  }
  return [...names];
}

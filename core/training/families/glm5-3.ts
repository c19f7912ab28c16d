import { strip } from '../../text/strip.js';
import { reasoningOf, wordsOf, type ChatMessage } from '../rendering/chat.js';
import { hasKnownRole, reasonsWithoutForm } from '../rendering/message-form.js';
import {
  markupTokens,
  type Piece,
  type Renderer,
  type RendererFactory,
  type WrittenMessage,
} from '../rendering/renderer.js';
import { callText, declareTools, sortedResults } from './glm5-3-tools.js';

type Glm = 'glm5_3_max_reasoning' | 'glm5_3_high_reasoning' | 'glm5_3_low_reasoning';

/**
 * GLM-5.3, with a reasoning effort. Reasoning is kept in every turn. No token of its own ends a turn: the
 * role token of the next message does, and it belongs to the assistant's output.
 */
export const glm53Renderers: Readonly<Record<Glm, RendererFactory>> = {
  glm5_3_max_reasoning: () => glm('glm5_3_max_reasoning', 'Max'),
  glm5_3_high_reasoning: () => glm('glm5_3_high_reasoning', 'High'),
  glm5_3_low_reasoning: () => glm('glm5_3_low_reasoning', 'Low'),
};

function glm(name: Glm, effort: string): Renderer {
  return {
    name,
    textTokens: markupTokens,
    stop: { tokens: ['<|user|>', '<|observation|>', '<|endoftext|>'] },
    hasReasoning: true,
    disablesThinking: false,
    rewritesHistory: false,
    declareTools,
    prepare: sortedResults,
    write: (messages) => ({
      start: [
        { special: '[gMASK]' },
        { special: '<sop>' },
        { special: '<|system|>' },
        { text: `Reasoning Effort: ${effort}` },
      ],
      messages: messages.map((message, index) => written(message, messages[index - 1], messages[index + 1])),
      generation: assistantHeader,
    }),
    refusal: (messages) => {
      if (!messages.every(hasKnownRole)) return 'role';
      return messages.some(reasonsWithoutForm) ? 'parts' : undefined;
    },
  };
}

/** Sampling begins behind an open block in every turn, so that `<think>` is part of the header. */
const assistantHeader: readonly Piece[] = [{ special: '<|assistant|>' }, { special: '<think>' }];

function written(
  message: ChatMessage,
  previous: ChatMessage | undefined,
  next: ChatMessage | undefined,
): WrittenMessage {
  const { role, content } = message;
  if (role === 'assistant') {
    const end = turnEnd(message, next);
    const ends: Piece[] = end === undefined ? [] : [{ special: end }];
    return {
      message,
      header: assistantHeader,
      output: [{ text: turn(message) }, ...(next === undefined ? [] : ends)],
      ...(next === undefined ? { overlap: ends } : {}),
    };
  }
  const words = wordsOf(content);
  const text = role === 'tool' ? `<tool_response>${words}</tool_response>` : words;
  return { message, header: header(message, previous), output: [{ text }] };
}

/** None where the assistant's turn ended in it, and for the second result of a run. */
function header(message: ChatMessage, previous: ChatMessage | undefined): readonly Piece[] {
  if (message.role === 'system') return [{ special: '<|system|>' }];
  if (previous?.role === 'assistant' && turnEnd(previous, message) !== undefined) return [];
  if (message.role === 'user') return [{ special: '<|user|>' }];
  return previous?.role === 'tool' ? [] : [{ special: '<|observation|>' }];
}

/** The role token that ends a turn; `undefined` where the next message has another one. */
function turnEnd({ calls = [] }: ChatMessage, next: ChatMessage | undefined): string | undefined {
  const [end, role] = calls.length > 0 ? ['<|observation|>', 'tool'] : ['<|user|>', 'user'];
  return next === undefined || next.role === role ? end : undefined;
}

/** Reasoning, words and calls of an assistant, behind the `<think>` of the header. */
function turn({ content, calls = [] }: ChatMessage): string {
  const { reasoning, words } = typeof content === 'string' ? splitText(content) : splitParts(content);
  return `${reasoning}</think>${strip(words)}${calls.map(callText).join('')}`;
}

function splitParts(content: Exclude<ChatMessage['content'], string>): { reasoning: string; words: string } {
  return { reasoning: reasoningOf(content) ?? '', words: wordsOf(content) };
}

/** The reasoning of a text ends at the first `</think>`; the words begin behind the last one. */
function splitText(text: string): { reasoning: string; words: string } {
  const blocks = text.split('</think>');
  if (blocks.length === 1) return { reasoning: '', words: text };
  return { reasoning: blocks[0]?.split('<think>').at(-1) ?? '', words: blocks.at(-1) ?? '' };
}

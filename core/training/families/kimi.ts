import type { ToolCall } from '../../convert/conversation/conversation.js';
import { reasoningOf, wordsOf, type ChatMessage } from '../rendering/chat.js';
import { isOfSeveralTexts, reasonsWithoutForm } from '../rendering/message-form.js';
import {
  markupTokens,
  type Piece,
  type Renderer,
  type RendererFactory,
  type WriteContext,
  type WrittenChat,
  type WrittenMessage,
} from '../rendering/renderer.js';
import { toolDeclare } from '../rendering/tool-declare.js';
import { declareAsJson, declareAsTypeScript, defaultSystem } from './kimi-tools.js';

type KimiName =
  | 'kimi_k2'
  | 'kimi_k25'
  | 'kimi_k25_disable_thinking'
  | 'kimi_k26'
  | 'kimi_k26_disable_thinking'
  | 'kimi_k26_preserve_thinking';

/** Kimi K2 and K2.5, whose format is K2.6's, too. */
export const kimiRenderers: Readonly<Record<KimiName, RendererFactory>> = {
  kimi_k2: () => ({
    ...renderer('kimi_k2', ''),
    declareTools: declareAsJson,
    resultMembers: ['name', 'callId'],
    refusal: (messages) => (messages.some(isOfSeveralTexts) ? 'parts' : undefined),
  }),
  kimi_k25: () => renderer('kimi_k25', '<think>'),
  kimi_k25_disable_thinking: () => renderer('kimi_k25_disable_thinking', '<think></think>'),
  kimi_k26: () => renderer('kimi_k26', '<think>'),
  kimi_k26_disable_thinking: () => renderer('kimi_k26_disable_thinking', '<think></think>'),
  kimi_k26_preserve_thinking: () => renderer('kimi_k26_preserve_thinking', '<think>', true),
};

/**
 * @param opening - what the prompt holds of the turn that is generated.
 * @param keepsHistory - whether earlier turns have their reasoning; else they have an empty block.
 */
function renderer(name: KimiName, opening: string, keepsHistory = false): Renderer {
  return {
    name,
    textTokens: markupTokens,
    stop: { tokens: ['<|im_end|>'] },
    hasReasoning: true,
    disablesThinking: opening === '<think></think>',
    rewritesHistory: true,
    declareTools: declareAsTypeScript,
    resultMembers: ['name', 'callId'],
    prepare: withSystem,
    write: (messages, context) => write(messages, context, opening, keepsHistory),
    refusal: (messages) => (messages.some(reasonsWithoutForm) ? 'parts' : undefined),
  };
}

/** A system message stands first, or behind a declaration of tools: the default one where there is none. */
function withSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const at = messages[0]?.role === toolDeclare ? 1 : 0;
  if (messages[at]?.role === 'system') return messages;
  const system: ChatMessage = { role: 'system', content: defaultSystem, from: 'renderer' };
  return messages.toSpliced(at, 0, system);
}

function write(
  messages: readonly ChatMessage[],
  { purpose }: WriteContext,
  opening: string,
  keepsHistory: boolean,
): WrittenChat {
  const earlier = purpose === 'training' ? messages.slice(0, -1) : messages;
  const turnStart = earlier.findLastIndex(endsTurn) + 1;
  return {
    start: [],
    messages: messages.map((message, index) => written(message, keepsHistory || index >= turnStart)),
    generation: [...header({ role: 'assistant' }), { text: opening }],
    turnStart,
  };
}

/** Calls and results belong to the turn: the answer without calls ends it. */
function endsTurn({ role, calls = [] }: ChatMessage): boolean {
  return role === 'assistant' && calls.length === 0;
}

function header({ role, name, callId }: Pick<ChatMessage, 'role' | 'name' | 'callId'>): readonly Piece[] {
  const opens = role === 'user' || role === 'assistant' ? `<|im_${role}|>` : '<|im_system|>';
  const title = role === 'tool' && name !== undefined && name !== '' ? name : role;
  const pieces = [{ special: opens }, { text: title }, { special: '<|im_middle|>' }];
  return role === 'tool' ? [...pieces, { text: `## Return of ${callId ?? ''}\n` }] : pieces;
}

function written(message: ChatMessage, keepsReasoning: boolean): WrittenMessage {
  const { role, content } = message;
  const end: Piece = { special: '<|im_end|>' };
  if (role !== 'assistant') return { message, header: header(message), output: [...texts(content), end] };
  const reasoning = reasoningOf(content) ?? '';
  const text = `<think>${keepsReasoning ? reasoning : ''}</think>${wordsOf(content)}`;
  return {
    message,
    header: header(message),
    output: [{ text }, ...callPieces(message.calls ?? []), end],
    leavesOutReasoning: reasoning !== '' && !keepsReasoning,
  };
}

/** Each text of a content is encoded on its own. */
function texts(content: ChatMessage['content']): readonly Piece[] {
  if (typeof content === 'string') return [{ text: content }];
  return content.flatMap((part) => (part.type === 'text' ? [{ text: part.text }] : []));
}

function callPieces(calls: readonly ToolCall[]): readonly Piece[] {
  if (calls.length === 0) return [];
  return [
    { special: '<|tool_calls_section_begin|>' },
    ...calls.flatMap(({ id = '', function: { name, arguments: text } }, index) => [
      { special: '<|tool_call_begin|>' },
      { text: id === '' ? `functions.${name}:${index}` : id },
      { special: '<|tool_call_argument_begin|>' },
      { text },
      { special: '<|tool_call_end|>' },
    ]),
    { special: '<|tool_calls_section_end|>' },
  ];
}

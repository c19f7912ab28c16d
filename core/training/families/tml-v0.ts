import type { ToolCall } from '../../convert/conversation/conversation.js';
import { rustJson } from '../../json/rust-json.js';
import type { SpelledJson } from '../../json/spelled-json.js';
import { byName } from '../../text/code-point-order.js';
import { defaultEffort } from '../models/renderer-settings.js';
import { argumentsOf } from '../rendering/call-arguments.js';
import { lastUserIndex, type ChatMessage, type ChatPart } from '../rendering/chat.js';
import type { Piece, Renderer, RendererFactory, WrittenMessage } from '../rendering/renderer.js';
import { toolDeclare } from '../rendering/tool-declare.js';
import { effortText, withEffort } from './tml-v0-effort.js';
import { declareTools, toolsText } from './tml-v0-tools.js';

/**
 * Inkling, as tml-renderers 0.2.1 writes it. Each part of a message and each call is a message of its own,
 * and an assistant's turn ends with a token of its own. What is trained holds the tokens that open it.
 */
export const tmlV0Renderers: Readonly<Record<'tml_v0', RendererFactory>> = {
  tml_v0: ({ effort = defaultEffort }) => renderer(effortText(effort)),
};

function renderer(effort: string): Renderer {
  return {
    name: 'tml_v0',
    textTokens: [],
    stop: { tokens: [endSampling] },
    hasReasoning: true,
    disablesThinking: false,
    rewritesHistory: false,
    declareTools,
    resultMembers: ['name'],
    prepare: (messages) => withEffort(messages, effort),
    write: (messages) => ({
      start: [],
      messages: messages.map(written),
      generation: [],
      turnStart: lastUserIndex(messages) + 1,
    }),
    refusal: (messages) => (messages.every(({ role }) => openings.has(role)) ? undefined : 'role'),
    trainOn: ['all_assistant_messages', 'last_assistant_message', 'last_assistant_turn'],
    endsWithTrained: true,
    answer: wordsOfTurn,
  };
}

const endSampling = '<|content_model_end_sampling|>';
const contentText = '<|content_text|>';
const endMessage = '<|end_message|>';

/** Of each role, what opens its messages. */
const openings: ReadonlyMap<string, string> = new Map([
  ['user', '<|message_user|>'],
  ['assistant', '<|message_model|>'],
  ['system', '<|message_system|>'],
  [toolDeclare, '<|message_system|>'],
  ['tool', '<|message_tool|>'],
]);

/** Only turns of the assistant are output: no mode trains others. */
function written(message: ChatMessage): WrittenMessage {
  const { role, content, name = '', calls = [] } = message;
  const opening = openings.get(role) ?? '';
  if (role === toolDeclare) {
    const tools = toolsText(typeof content === 'string' ? content : '');
    return { message, header: said(opening, toolDeclare, '<|content_xml|>', tools), output: [] };
  }
  const parts = partsOf(content);
  const isSilent = (part: ChatPart): boolean => part.type === 'text' && part.text === '';
  const shown = calls.length === 0 ? parts : parts.filter((part) => !isSilent(part));
  const pieces = shown.flatMap((part) => partPieces(opening, role === 'tool' ? name : '', part));
  if (role !== 'assistant') return { message, header: pieces, output: [] };
  const called = calls.flatMap((call) => callPieces(opening, call));
  return { message, header: [], output: [...pieces, ...called, { special: endSampling }] };
}

function partsOf(content: ChatMessage['content']): readonly ChatPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.length === 0 ? [{ type: 'text', text: '' }] : content;
}

function partPieces(opening: string, name: string, part: ChatPart): readonly Piece[] {
  if (part.type === 'text') return said(opening, name, contentText, part.text);
  return said(opening, name, '<|content_thinking|>', part.thinking);
}

function callPieces(opening: string, { function: { name, arguments: text } }: ToolCall): readonly Piece[] {
  const call = new Map<string, SpelledJson>([
    ['name', name],
    ['args', new Map(byName(argumentsOf(text)))],
  ]);
  return said(opening, name, '<|content_invoke_tool_json|>', rustJson(call));
}

function said(opening: string, name: string, kind: string, text: string): readonly Piece[] {
  return [{ special: opening }, { text: name }, { special: kind }, { text }, { special: endMessage }];
}

/** The texts of a sampled turn without reasoning and calls. Without such a text, the turn as it is. */
function wordsOfTurn(turn: string): string {
  const texts = Array.from(
    turn.matchAll(/<\|content_text\|>(.*?)(?:<\|end_message\|>|$)/gs),
    ([, text = '']) => text,
  );
  return (texts.length === 0 ? turn : texts.join('')).trim();
}

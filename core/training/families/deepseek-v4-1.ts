import type { RefusalReason } from '../../contracts/tokens.js';
import type { RendererName } from '../../recipe.js';
import { reasoningOf, wordsOf, type ChatMessage } from '../rendering/chat.js';
import { hasKnownRole, isOfSeveralTexts } from '../rendering/message-form.js';
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
import { callsText, declareTools } from './deepseek-v4-1-tools.js';
import { isOfUser, joinTurns } from './deepseek-v4-1-turns.js';
import { endToken, startToken } from './deepseek.js';

type DeepseekV41Name = Extract<RendererName, `deepseekv4_1${string}`>;

interface Mode {
  /** Of reasoning, 1 to 100; `null` where there is none. */
  readonly budget: number | null;
  /** Whether reasoning before the last turn of the user stays; it always does where tools are declared. */
  readonly keepsHistory?: boolean;
}

/** DeepSeek V4.1: three budgets of reasoning, none, and the default with the reasoning of every turn. */
export const deepseekV41Renderers: Readonly<Record<DeepseekV41Name, RendererFactory>> = {
  deepseekv4_1: () => renderer('deepseekv4_1', { budget: 75 }),
  deepseekv4_1_low_reasoning: () => renderer('deepseekv4_1_low_reasoning', { budget: 50 }),
  deepseekv4_1_max_reasoning: () => renderer('deepseekv4_1_max_reasoning', { budget: 100 }),
  deepseekv4_1_disable_thinking: () => renderer('deepseekv4_1_disable_thinking', { budget: null }),
  deepseekv4_1_preserve_thinking: () =>
    renderer('deepseekv4_1_preserve_thinking', { budget: 75, keepsHistory: true }),
};

function renderer(name: DeepseekV41Name, mode: Mode): Renderer {
  return {
    name,
    textTokens: markupTokens,
    stop: { tokens: [endToken] },
    hasReasoning: true,
    disablesThinking: false,
    rewritesHistory: mode.budget !== null && mode.keepsHistory !== true,
    declareTools,
    prepare: joinTurns,
    write: (messages, context) => write(messages, context, mode),
    refusal,
  };
}

function refusal(messages: readonly ChatMessage[]): RefusalReason | undefined {
  if (!messages.every((message) => hasKnownRole(message) || message.role === toolDeclare)) return 'role';
  return messages.some(isOfSeveralTexts) ? 'parts' : undefined;
}

function write(messages: readonly ChatMessage[], { whole }: WriteContext, mode: Mode): WrittenChat {
  const keepsAll = mode.keepsHistory === true || whole.some(({ role }) => role === toolDeclare);
  const droppedThrough = keepsAll
    ? -1
    : whole.findLastIndex((each, at) => isOfUser(each) || isLaterSystem(each, at));
  const placeOf = (index: number): Place => ({
    index,
    before: messages[index - 1],
    effort: mode.budget !== null && index === 0 ? effortLine(mode.budget) : '',
    keepsReasoning: mode.budget !== null && index > droppedThrough,
  });
  return {
    start: [{ special: startToken }],
    messages: messages.map((message, index) => written(message, placeOf(index))),
    generation: turnHeader(placeOf(messages.length)),
    turnStart:
      messages.slice(0, -1).findLastIndex((each, at) => each.role === 'user' || isLaterSystem(each, at)) + 1,
  };
}

/** A system message behind the first message counts as a turn of the user. */
function isLaterSystem({ role }: ChatMessage, index: number): boolean {
  return role === 'system' && index > 0;
}

interface Place {
  readonly index: number;
  readonly before: ChatMessage | undefined;
  /** Opens the first message; empty elsewhere, and where there is no budget. */
  readonly effort: string;
  readonly keepsReasoning: boolean;
}

function effortLine(budget: number): string {
  return `Reasoning Effort: ${budget} (range 1-100, the higher the value, the more thorough the reasoning)\n\n`;
}

function written(message: ChatMessage, place: Place): WrittenMessage {
  const { role, content } = message;
  const words = wordsOf(content);
  switch (role) {
    case 'assistant':
      return turn(message, place);
    case 'system': {
      const { effort } = place;
      // One text for the tokenizer: line breaks of both merge.
      const output = [{ text: `${effort}${words}`, headerLength: effort.length }];
      return { message, header: [{ special: '<｜System｜>' }], output };
    }
    case toolDeclare:
      return { message, header: [], output: [] };
    default:
      if (isOfUser(place.before)) return { message, header: [], output: [] };
      return { message, header: [...opening(place), { special: '<｜User｜>' }], output: [{ text: words }] };
  }
}

function opening({ effort }: Place): Piece[] {
  return effort === '' ? [] : [{ special: '<｜System｜>' }, { text: effort }];
}

function turn(message: ChatMessage, place: Place): WrittenMessage {
  const { content, calls = [] } = message;
  const { keepsReasoning } = place;
  const reasoning = reasoningOf(content);
  const shown = keepsReasoning ? `${reasoning ?? ''}</think>` : '';
  const text = `${shown}${wordsOf(content)}${callsText(calls)}`;
  return {
    message,
    header: turnHeader(place),
    output: [{ text }, { special: endToken }],
    leavesOutReasoning: reasoning !== undefined && !keepsReasoning,
  };
}

/** The turn of the assistant opens behind a turn of the user only. */
function turnHeader(place: Place): Piece[] {
  const { index, before, keepsReasoning } = place;
  const isBehindUser = before !== undefined && (isOfUser(before) || isLaterSystem(before, index - 1));
  if (!isBehindUser) return opening(place);
  return [
    ...opening(place),
    { special: '<｜Assistant｜>' },
    { text: keepsReasoning ? '<think>' : '</think>' },
  ];
}

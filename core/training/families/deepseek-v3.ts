import type { RefusalReason } from '../../contracts/tokens.js';
import type { RendererName } from '../../recipe.js';
import { reasoningOf, reasons, wordsOf, type ChatMessage } from '../rendering/chat.js';
import { strip } from '../../text/strip.js';
import { hasKnownRole, isOfSeveralTexts } from '../rendering/message-form.js';
import {
  markupTokens,
  type Piece,
  type Renderer,
  type RendererFactory,
  type WrittenChat,
  type WrittenMessage,
} from '../rendering/renderer.js';
import { callPieces, declareTools, systemPieces } from './deepseek-v3-tools.js';
import { endToken, startToken } from './deepseek.js';

type DeepseekV3Name = Extract<RendererName, `deepseekv3${string}`>;

/**
 * DeepSeek V3. Its tools belong to the turns without reasoning: what follows a result has no header, and its
 * prompt opens no think block. A turn that only calls tools has no end.
 */
export const deepseekV3Renderers: Readonly<Record<DeepseekV3Name, RendererFactory>> = {
  deepseekv3: () => renderer('deepseekv3', false),
  deepseekv3_disable_thinking: () => renderer('deepseekv3_disable_thinking', false),
  deepseekv3_thinking: () => renderer('deepseekv3_thinking', true),
};

/** @param thinks - false: reasoning is left out, also think blocks in the words. */
function renderer(name: DeepseekV3Name, thinks: boolean): Renderer {
  return {
    name,
    textTokens: markupTokens,
    stop: { tokens: [endToken] },
    hasReasoning: true,
    disablesThinking: false,
    rewritesHistory: thinks,
    declareTools,
    write: (messages) => write(messages, thinks),
    refusal,
  };
}

function refusal(messages: readonly ChatMessage[]): RefusalReason | undefined {
  if (!messages.every(hasKnownRole)) return 'role';
  if (messages.some(isOfSeveralTexts)) return 'parts';
  return messages.some(({ role }, index) => role === 'system' && index > 0) ? 'system_later' : undefined;
}

function write(messages: readonly ChatMessage[], thinks: boolean): WrittenChat {
  const opening: Piece[] = [{ special: '<｜Assistant｜>' }, { text: thinks ? '<think>' : '</think>' }];
  return {
    start: [{ special: startToken }],
    messages: messages.map((message, index) => {
      const followsResult = messages[index - 1]?.role === 'tool';
      if (message.role !== 'assistant') return otherMessage(message);
      return turn(message, { thinks, followsResult, isLast: index === messages.length - 1 });
    }),
    generation: messages.at(-1)?.role === 'tool' ? [] : opening,
  };
}

function otherMessage(message: ChatMessage): WrittenMessage {
  const words = wordsOf(message.content);
  switch (message.role) {
    case 'user':
      return { message, header: [{ special: '<｜User｜>' }], output: [{ text: words }] };
    case 'tool': {
      const header = [{ special: '<｜tool▁output▁begin｜>' }];
      return { message, header, output: [{ text: words }, { special: '<｜tool▁output▁end｜>' }] };
    }
    default:
      return { message, header: [], output: systemPieces(words) };
  }
}

interface Place {
  readonly thinks: boolean;
  readonly followsResult: boolean;
  readonly isLast: boolean;
}

function turn(message: ChatMessage, { thinks, followsResult, isLast }: Place): WrittenMessage {
  const { content, calls = [] } = message;
  const hasForm = thinks || followsResult;
  const keeps = hasForm && (isLast || calls.length > 0);
  const text = typeof content === 'string' ? contentText(content, hasForm) : partsText(content, keeps);
  // Parts that are left out end a turn, too, where reasoning has a form.
  const isEmpty = hasForm ? content.length === 0 : text === '';
  const closes = !followsResult && (!thinks || !isLast);
  const hasEmptyBlock = thinks && !followsResult && isLast && !isEmpty && !reasons(message);
  return {
    message,
    header: [
      ...(followsResult ? [] : [{ special: '<｜Assistant｜>' }]),
      ...(closes ? [{ text: '</think>' }] : []),
    ],
    output: [
      ...(hasEmptyBlock ? [{ text: '<think></think>' }] : []),
      { text },
      ...callPieces(calls),
      ...(isEmpty ? [] : [{ special: endToken }]),
    ],
    leavesOutReasoning:
      typeof content === 'string'
        ? !hasForm && closedBlocks(content).some((block) => strip(block) !== '')
        : reasoningOf(content) !== undefined && !keeps,
  };
}

/** Words as they are; where reasoning has no form, without closed think blocks. */
function contentText(content: string, hasForm: boolean): string {
  return hasForm ? content : content.replaceAll(/<think>.*?<\/think>/gs, '');
}

/** What stands in closed think blocks. */
function closedBlocks(content: string): readonly string[] {
  return Array.from(content.matchAll(/<think>(.*?)<\/think>/gs), ([, block = '']) => block);
}

function partsText(content: Exclude<ChatMessage['content'], string>, keeps: boolean): string {
  const texts = content.map((part) => {
    if (part.type === 'text') return part.text;
    return keeps ? `<think>${part.thinking}</think>` : '';
  });
  return texts.join('');
}

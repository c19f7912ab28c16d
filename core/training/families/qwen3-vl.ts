import { reasoningOf, type ChatMessage } from '../rendering/chat.js';
import { markupTokens, type Renderer, type WrittenMessage } from '../rendering/renderer.js';
import { chatmlHeader, chatmlRole, imEnd } from './chatml.js';
import { callBlocks, declareTools, toolResponse } from './qwen3.js';

function textOf({ role, content, calls }: ChatMessage, dropsThinking: boolean): string {
  const texts =
    typeof content === 'string'
      ? [content]
      : content.map((part) => {
          if (part.type === 'text') return part.text;
          return dropsThinking ? '' : `<think>${part.thinking}</think>`;
        });
  const text = role === 'tool' ? toolResponse(texts.join('')) : texts.join('');
  return calls === undefined ? text : `${text}\n${callBlocks(calls)}`;
}

function written(message: ChatMessage, index: number, all: readonly ChatMessage[]): WrittenMessage {
  const dropsThinking = message.role === 'assistant' && index < all.length - 1;
  return {
    message,
    header: chatmlHeader(chatmlRole(message.role), index),
    output: [{ text: textOf(message, dropsThinking) }, { special: imEnd }],
    leavesOutReasoning: dropsThinking && reasoningOf(message.content) !== undefined,
  };
}

/** Qwen3-VL, on text alone. Reasoning of earlier turns is left out. */
const qwen3Vl: Renderer = {
  name: 'qwen3_vl',
  textTokens: markupTokens,
  stop: { tokens: [imEnd] },
  hasReasoning: true,
  disablesThinking: false,
  rewritesHistory: true,
  declareTools,
  write: (messages) => ({
    start: [],
    messages: messages.map(written),
    generation: chatmlHeader('assistant', messages.length),
  }),
};

const instruct: Renderer = { ...qwen3Vl, name: 'qwen3_vl_instruct' };

export const qwen3VlRenderers = {
  qwen3_vl: (): Renderer => qwen3Vl,
  qwen3_vl_instruct: (): Renderer => instruct,
};

import { pythonJson } from '../../json/python-json.js';
import { strip } from '../../text/strip.js';
import { reasoningOf, wordsOf, type ChatMessage } from '../rendering/chat.js';
import type { Renderer } from '../rendering/renderer.js';
import { callsWith, emptyThinkBlock, qwen35, qwen35Chat } from './qwen3-5.js';
import { writeThinkChat, type ThinkChat } from './think-chat.js';

/** From the cookbook's `qwen3_8.py`. A medium effort has none. */
const xhighEffort =
  'Reasoning effort is set to xhigh. Please think carefully through the task, validate key assumptions, consider plausible alternatives, and prioritize correctness, consistency, and clarity in the final answer.';
const lowEffort =
  'Reasoning effort is set to low. Keep your thinking brief and focused, moving directly to the conclusion without unnecessary elaboration.';

/**
 * The conversation with a sentence on the effort in front of its system message, which is made where there is
 * none; one that stays empty is left out.
 *
 * @param effort - the sentence, or nothing.
 */
function withEffort(effort: string) {
  return (messages: readonly ChatMessage[]): readonly ChatMessage[] => {
    const [first, ...rest] = messages;
    if (first?.role !== 'system')
      return effort === '' ? messages : [{ role: 'system', content: effort, from: 'renderer' }, ...messages];
    const words = strip(wordsOf(first.content));
    const hasEffort = words === effort || words.startsWith(`${effort}\n\n`);
    const content = hasEffort ? words : [effort, words].filter((text) => text !== '').join('\n\n');
    return content === '' ? rest : [{ ...first, content }, ...rest];
  };
}

/** Reasoning stays in every turn. A `<think>` block in words is none. */
const chat: ThinkChat = {
  ...qwen35Chat,
  dropsThinking: () => false,
  emptyBlock: ({ content }) => (reasoningOf(content) === undefined ? emptyThinkBlock : ''),
  calls: callsWith((value) => (typeof value === 'string' ? value : pythonJson(value))),
};

function qwen38(name: Renderer['name'], effort: string): Renderer {
  return { ...qwen35, name, prepare: withEffort(effort), write: writeThinkChat(chat) };
}

const xhigh = qwen38('qwen3_8_xhigh_reasoning', xhighEffort);
const medium = qwen38('qwen3_8_medium_reasoning', '');
const low = qwen38('qwen3_8_low_reasoning', lowEffort);

/** The prompt holds an empty think block. */
const disableThinking: Renderer = {
  ...medium,
  name: 'qwen3_8_disable_thinking',
  disablesThinking: true,
  write: writeThinkChat({ ...chat, opening: emptyThinkBlock }),
};

export const qwen38Renderers = {
  qwen3_8_xhigh_reasoning: (): Renderer => xhigh,
  qwen3_8_medium_reasoning: (): Renderer => medium,
  qwen3_8_low_reasoning: (): Renderer => low,
  qwen3_8_disable_thinking: (): Renderer => disableThinking,
};

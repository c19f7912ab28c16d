import { strip } from '../../text/strip.js';
import { lastUserIndex, reasoningOf, reasons, wordsOf, type ChatMessage } from '../rendering/chat.js';
import { markupTokens, type Renderer } from '../rendering/renderer.js';
import { imEnd } from './chatml.js';
import { functionCall, functionsBlock, valueText } from './function-calls.js';
import { nemotronTool } from './nemotron3-tools.js';
import { thinkOpening, writeThinkChat, type ThinkChat } from './think-chat.js';

const emptyBlock = '<think></think>';

/** Nano and Super. Reasoning before the last user message is left out. */
const chat: ThinkChat = {
  opening: thinkOpening,
  trimmed: (content) => (typeof content === 'string' ? strip(content) : content),
  emptyBlock: (message, { isBeforeUser }) => {
    if (!reasons(message)) return emptyBlock;
    if (!isBeforeUser) return '';
    // The newline behind the block that is left out stays, but the template strips it before calls.
    const keepsNewline = hasWordsInParts(message.content) && message.calls === undefined;
    return keepsNewline ? `${emptyBlock}\n` : emptyBlock;
  },
  thinkBlock: (thinking) => `<think>\n${thinking}\n</think>\n`,
  dropsThinking: ({ isBeforeUser }) => isBeforeUser,
  calls: (calls, content) => {
    const isBehindBlock = reasoningOf(content) !== undefined && !hasWordsInParts(content);
    return (isBehindBlock ? '' : '\n') + callLines(calls);
  },
  resultEnd: '\n',
  nextResult: '',
};

/** Ultra, and the models of 3.5. */
const ultraChat: ThinkChat = {
  ...chat,
  emptyBlock: (message, { isBeforeUser }) => (reasons(message) && !isBeforeUser ? '' : emptyBlock),
  thinkBlock: (thinking) => `<think>\n${thinking}</think>`,
  calls: (calls) => `\n${callLines(calls)}`,
};

function hasWordsInParts(content: ChatMessage['content']): boolean {
  return typeof content !== 'string' && wordsOf(content) !== '';
}

function callLines(calls: NonNullable<ChatMessage['calls']>): string {
  return calls.map((call) => `${functionCall(call, valueText)}\n`).join('');
}

/** As the template, which writes a system message in any case. */
function withSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  if (messages[0]?.role === 'system') return messages;
  return [{ role: 'system', content: '', from: 'renderer' }, ...messages];
}

/**
 * A turn without reasoning is trained behind `<think></think>`, and the prompt ends in `<think>` and a
 * newline: the templates have both. The renderers that disable thinking have the same in both places.
 */
const nano: Renderer = {
  name: 'nemotron3',
  textTokens: markupTokens,
  stop: { tokens: [imEnd] },
  hasReasoning: true,
  disablesThinking: false,
  rewritesHistory: true,
  declareTools: (tools, system) => {
    const block = functionsBlock(tools.map(nemotronTool));
    return [{ role: 'system', content: system === '' ? block : `${system}\n\n${block}` }];
  },
  prepare: withSystem,
  write: writeThinkChat(chat),
};
const ultra: Renderer = { ...nano, name: 'nemotron3_ultra', write: writeThinkChat(ultraChat) };

function disableThinking(name: Renderer['name'], form: ThinkChat): Renderer {
  const write = writeThinkChat({ ...form, opening: emptyBlock });
  return { ...nano, name, disablesThinking: true, write };
}

/** Reasoning stays in every turn. */
function preserveThinking(name: Renderer['name'], form: ThinkChat): Renderer {
  const block: ThinkChat['emptyBlock'] = (message) => (reasons(message) ? '' : emptyBlock);
  const write = writeThinkChat({ ...form, emptyBlock: block, dropsThinking: () => false });
  return { ...nano, name, rewritesHistory: false, write };
}

/** Of Super alone. The cookbook takes a text only. */
const low: Renderer = {
  ...nano,
  name: 'nemotron3_low_thinking',
  write: (messages, context) => nano.write(withEffort(messages, 'low'), context),
  refusal: (messages) =>
    typeof messages[lastUserIndex(messages)]?.content === 'object' ? 'parts' : undefined,
};

/** Of Ultra and 3.5 Super. */
const medium: Renderer = {
  ...ultra,
  name: 'nemotron3_ultra_medium_thinking',
  write: (messages, context) => ultra.write(withEffort(messages, 'efficient'), context),
};

/** The messages with the effort behind the last user's words. */
function withEffort(messages: readonly ChatMessage[], effort: string): readonly ChatMessage[] {
  const at = lastUserIndex(messages);
  const text = `\n\n{reasoning effort: ${effort}}`;
  return messages.map((message, index) =>
    index === at ? { ...message, content: followedBy(text, message.content) } : message,
  );
}

function followedBy(text: string, content: ChatMessage['content']): ChatMessage['content'] {
  return typeof content === 'string' ? content + text : [...content, { type: 'text', text }];
}

const nanoDisableThinking = disableThinking('nemotron3_disable_thinking', chat);
const nanoPreserveThinking = preserveThinking('nemotron3_preserve_thinking', chat);
const ultraDisableThinking = disableThinking('nemotron3_ultra_disable_thinking', ultraChat);
const ultraPreserveThinking = preserveThinking('nemotron3_ultra_preserve_thinking', ultraChat);

export const nemotron3Renderers = {
  nemotron3: (): Renderer => nano,
  nemotron3_low_thinking: (): Renderer => low,
  nemotron3_disable_thinking: (): Renderer => nanoDisableThinking,
  nemotron3_preserve_thinking: (): Renderer => nanoPreserveThinking,
  nemotron3_ultra: (): Renderer => ultra,
  nemotron3_ultra_medium_thinking: (): Renderer => medium,
  nemotron3_ultra_disable_thinking: (): Renderer => ultraDisableThinking,
  nemotron3_ultra_preserve_thinking: (): Renderer => ultraPreserveThinking,
};

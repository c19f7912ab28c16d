import { pythonJson } from '../../json/python-json.js';
import { parseSpelled, type SpelledJson } from '../../json/spelled-json.js';
import { strip, stripEnd, stripStart } from '../../text/strip.js';
import { reasons, wordsOf, type ChatMessage, type ChatPart } from '../rendering/chat.js';
import { markupTokens, type Renderer } from '../rendering/renderer.js';
import { imEnd } from './chatml.js';
import { functionCall, functionsBlock, valueText } from './function-calls.js';
import { thinkOpening, writeThinkChat, type ThinkChat } from './think-chat.js';

export const emptyThinkBlock = '<think>\n\n</think>\n\n';

/** Without white space around the words; reasoning stays as it is. */
function trimmed(content: ChatMessage['content']): ChatMessage['content'] {
  if (typeof content === 'string') return strip(content);
  return stripped(stripped(content, stripStart).toReversed(), stripEnd).toReversed();
}

/** Strips the texts of parts up to the first that is not empty then. */
function stripped(parts: readonly ChatPart[], stripText: (text: string) => string): readonly ChatPart[] {
  let isDone = false;
  return parts.map((part) => {
    if (isDone || part.type !== 'text') return part;
    const text = stripText(part.text);
    isDone = text !== '';
    return { ...part, text };
  });
}

/** Calls, a blank line behind words. */
export function callsWith(argument: (value: SpelledJson) => string): ThinkChat['calls'] {
  return (calls, content) => {
    const between = strip(wordsOf(content)) === '' ? '' : '\n\n';
    return between + calls.map((call) => functionCall(call, argument)).join('\n');
  };
}

/**
 * Qwen3.5 and Qwen3.6. Reasoning is left out of all messages but the last one, also of calls in the turn of
 * the last one, where the template keeps it; and Qwen3.6's template writes `true` and `null` as JSON.
 */
export const qwen35Chat: ThinkChat = {
  opening: thinkOpening,
  trimmed,
  emptyBlock: (message, { isAfterUser }) => (isAfterUser && !reasons(message) ? emptyThinkBlock : ''),
  thinkBlock: (thinking) => `<think>\n${thinking}\n</think>\n\n`,
  dropsThinking: ({ isLast }) => !isLast,
  calls: callsWith(valueText),
  resultEnd: '',
  nextResult: '\n',
};

/** History has an empty think block or none where a turn was generated behind an open one. */
export const qwen35: Renderer = {
  name: 'qwen3_5',
  textTokens: markupTokens,
  stop: { tokens: [imEnd] },
  hasReasoning: true,
  disablesThinking: false,
  rewritesHistory: true,
  declareTools: (tools, system) => {
    const block = functionsBlock(tools.map((tool) => pythonJson(parseSpelled(tool))));
    return [{ role: 'system', content: system === '' ? block : `${block}\n\n${system}` }];
  },
  write: writeThinkChat(qwen35Chat),
};

/** The prompt holds an empty think block. */
const disableThinking: Renderer = {
  ...qwen35,
  name: 'qwen3_5_disable_thinking',
  disablesThinking: true,
  write: writeThinkChat({ ...qwen35Chat, opening: emptyThinkBlock }),
};

const preserveThinking: Renderer = {
  ...qwen35,
  name: 'qwen3_5_preserve_thinking',
  write: writeThinkChat({ ...qwen35Chat, dropsThinking: () => false }),
};

export const qwen35Renderers = {
  qwen3_5: (): Renderer => qwen35,
  qwen3_5_disable_thinking: (): Renderer => disableThinking,
  qwen3_5_preserve_thinking: (): Renderer => preserveThinking,
};

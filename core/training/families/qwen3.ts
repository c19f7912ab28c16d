import { thinkBlock } from '../../convert/conversation/think-block.js';
import type { ToolCall } from '../../convert/conversation/conversation.js';
import { pythonJson } from '../../json/python-json.js';
import { parseSpelled } from '../../json/spelled-json.js';
import { lastUserIndex, reasoningOf, reasons, type ChatMessage } from '../rendering/chat.js';
import {
  markupTokens,
  type DeclaredMessage,
  type Renderer,
  type WrittenChat,
} from '../rendering/renderer.js';
import { chatmlHeader, chatmlRole, imEnd } from './chatml.js';

/** Qwen3's added tokens without the flag `special`: the cookbook encodes them wherever they are typed. */
const qwen3TextTokens = [
  ...markupTokens,
  '<|fim_prefix|>',
  '<|fim_middle|>',
  '<|fim_suffix|>',
  '<|fim_pad|>',
  '<|repo_name|>',
  '<|file_sep|>',
];

const emptyBlock = thinkBlock('');

function withoutLeadingNewlines(text: string): string {
  return text.replace(/^\n+/, '');
}

/** Content and reasoning of a message; `framed`: with the think block of a turn that is generated. */
function contentOf({ role, content }: ChatMessage, isLast: boolean, framed: boolean): string {
  if (typeof content === 'string') return framed ? framedText(content) : content;
  let text = '';
  let isBehindBlock = false;
  for (const part of content) {
    if (part.type === 'text') text += isBehindBlock ? withoutLeadingNewlines(part.text) : part.text;
    else if (role === 'assistant' && !isLast) continue;
    else text += framed ? thinkBlock(part.thinking) : `<think>${part.thinking}</think>`;
    isBehindBlock = framed && part.type === 'thinking';
  }
  return text;
}

/** A text with a closed think block, which gets the template's form. */
function framedText(content: string): string {
  const end = content.indexOf('</think>');
  if (end < 0) return content;
  const before = content.slice(0, end);
  const start = before.lastIndexOf('<think>');
  const reasoning = start < 0 ? before : before.slice(start + '<think>'.length);
  return thinkBlock(reasoning) + withoutLeadingNewlines(content.slice(end + '</think>'.length));
}

/** A result of a tool. */
export function toolResponse(content: string): string {
  return `<tool_response>\n${content}\n</tool_response>`;
}

/** Calls as JSON, a block each. */
export function callBlocks(calls: readonly ToolCall[]): string {
  const blocks = calls.map(({ function: { name, arguments: text } }) => {
    const call = new Map([
      ['name', name],
      ['arguments', parseSpelled(text)],
    ]);
    return `<tool_call>\n${pythonJson(call)}\n</tool_call>`;
  });
  return blocks.join('\n');
}

function textOf(message: ChatMessage, isLast: boolean, framed: boolean): string {
  const content = contentOf(message, isLast, framed);
  const { role, calls } = message;
  if (role === 'tool') return toolResponse(content);
  const words = framed && !reasons(message) ? emptyBlock + withoutLeadingNewlines(content) : content;
  // An empty think block is no content that the calls follow.
  return calls === undefined ? words : `${words}${content === '' ? '' : '\n'}${callBlocks(calls)}`;
}

/**
 * @param frames - whether the last turn has a think block whatever it holds.
 * @param opening - what the prompt holds of the turn that is generated.
 */
function writeWith(frames: boolean, opening: string) {
  return (messages: readonly ChatMessage[]): WrittenChat => {
    const hasUser = lastUserIndex(messages) >= 0;
    return {
      start: [],
      messages: messages.map((message, index) => {
        const isLast = index === messages.length - 1;
        const isAssistant = message.role === 'assistant';
        const text = textOf(message, isLast, frames && isAssistant && isLast && hasUser);
        return {
          message,
          header: chatmlHeader(chatmlRole(message.role), index),
          output: [{ text }, { special: imEnd }],
          leavesOutReasoning: isAssistant && !isLast && reasoningOf(message.content) !== undefined,
        };
      }),
      generation: chatmlHeader('assistant', messages.length, opening),
    };
  };
}

/** From `Qwen3Renderer.create_conversation_prefix_with_tools`. */
export function declareTools(tools: readonly string[], system: string): readonly DeclaredMessage[] {
  const lines = tools.map((tool) => `{"type": "function", "function": ${pythonJson(parseSpelled(tool))}}`);
  const block = `# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
${lines.join('\n')}
</tools>

For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call>`;
  return [{ role: 'system', content: system === '' ? block : `${system}\n\n${block}` }];
}

/**
 * Qwen3, like its template. Reasoning of earlier turns is left out; a `<think>` block in their words stays as
 * it is.
 */
const qwen3: Renderer = {
  name: 'qwen3',
  textTokens: qwen3TextTokens,
  stop: { tokens: [imEnd] },
  hasReasoning: true,
  disablesThinking: false,
  rewritesHistory: true,
  declareTools,
  write: writeWith(true, ''),
};

/** Qwen3 without reasoning: the prompt holds an empty think block. */
const disableThinking: Renderer = {
  ...qwen3,
  name: 'qwen3_disable_thinking',
  disablesThinking: true,
  write: writeWith(true, emptyBlock),
  refusal: (messages) =>
    messages.at(-1)?.role === 'assistant' && lastUserIndex(messages) < 0 ? 'no_user' : undefined,
};

/** The 2507 Instruct models, which have no think block. */
const instruct: Renderer = {
  ...qwen3,
  name: 'qwen3_instruct',
  rewritesHistory: false,
  write: writeWith(false, ''),
};

export const qwen3Renderers = {
  qwen3: (): Renderer => qwen3,
  qwen3_disable_thinking: (): Renderer => disableThinking,
  qwen3_instruct: (): Renderer => instruct,
};

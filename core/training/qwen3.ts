import type { Message, ToolCall } from '../convert/conversation/conversation.js';
import { thinkBlock } from '../convert/conversation/think-block.js';
import { pythonJson } from '../json/python-json.js';
import { parseSpelled } from '../json/spelled-json.js';
import type { PartContent, Place, Renderer } from './renderer.js';

function header(role: string, index: number): PartContent[] {
  const start: PartContent = { special: '<|im_start|>' };
  return [...(index > 0 ? [{ text: '\n' }] : []), start, { text: `${role}\n` }];
}

/**
 * The last turn's content with its think block: a closed block gets the template's form, a turn without a
 * block gets an empty one, and a block that is never closed stays as it is.
 */
function framed(content: string): string {
  const end = content.indexOf('</think>');
  let text = content;
  if (end >= 0) {
    const before = content.slice(0, end);
    const reasoning = before.slice(
      before.includes('<think>') ? before.lastIndexOf('<think>') + '<think>'.length : 0,
    );
    text = thinkBlock(reasoning) + withoutLeadingNewlines(content.slice(end + '</think>'.length));
  }
  return content.includes('<think>') ? text : thinkBlock('') + withoutLeadingNewlines(text);
}

function withoutLeadingNewlines(text: string): string {
  return text.replace(/^\n+/, '');
}

/** Words and reasoning of an assistant's message. */
function spoken({ content, reasoning_content: reasoning }: Message, place: Place, frames: boolean): string {
  if (frames && place.isLast && place.lastUserIndex >= 0)
    return reasoning === undefined
      ? framed(content)
      : thinkBlock(reasoning) + withoutLeadingNewlines(content);
  return reasoning !== undefined && place.isLast ? `<think>${reasoning}</think>${content}` : content;
}

/** The calls behind words or reasoning; an empty think block is neither. */
function callsAfter(said: boolean, calls: readonly ToolCall[]): string {
  const blocks = calls.map(({ function: { name, arguments: text } }) => {
    const call = new Map([
      ['name', name],
      ['arguments', parseSpelled(text)],
    ]);
    return `<tool_call>\n${pythonJson(call)}\n</tool_call>`;
  });
  return `${said && blocks.length > 0 ? '\n' : ''}${blocks.join('\n')}`;
}

/** A result; where its words are wrapped already, as in Hermes' data, they are wrapped once. */
function toolResponse(content: string): string {
  const inner = /^\s*<tool_response>\n?(.*?)\n?<\/tool_response>\s*$/s.exec(content)?.[1] ?? content;
  return `<tool_response>\n${inner}\n</tool_response>`;
}

/** From `Qwen3Renderer.create_conversation_prefix_with_tools`. */
function systemWithTools(words: string, tools: readonly string[]): string {
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
  return words === '' ? block : `${words}\n\n${block}`;
}

/** @param frames - whether the last turn has a think block whatever it holds. */
function renderMessage(frames: boolean): Renderer['message'] {
  return (message, place) => {
    const { role, content, reasoning_content: reasoning, tool_calls: calls = [] } = message;
    let text = content;
    if (role === 'tool') text = toolResponse(content);
    else if (role === 'assistant') {
      const said = content !== '' || (reasoning !== undefined && place.isLast);
      text = spoken(message, place, frames) + callsAfter(said, calls);
    }
    return {
      header: header(role === 'tool' ? 'user' : role, place.index),
      // One text for the tokenizer, calls included.
      output: [{ text }, { special: '<|im_end|>' }],
      leavesOutReasoning: reasoning !== undefined && !place.isLast,
    };
  };
}

/**
 * Qwen3, like its template. Reasoning of earlier turns is left out; a `<think>` block in their words stays as
 * it is.
 */
export const qwen3: Renderer = {
  name: 'qwen3',
  disablesThinking: false,
  hasReasoning: true,
  start: () => [],
  message: renderMessage(true),
  generationHeader: ({ index }) => header('assistant', index),
  stop: { token: '<|im_end|>' },
  systemWithTools,
};

/** Qwen3 without reasoning: the prompt holds an empty think block. */
export const qwen3DisableThinking: Renderer = {
  ...qwen3,
  name: 'qwen3_disable_thinking',
  disablesThinking: true,
  generationHeader: ({ index }) => {
    const start: PartContent = { special: '<|im_start|>' };
    return [...(index > 0 ? [{ text: '\n' }] : []), start, { text: 'assistant\n<think>\n\n</think>\n\n' }];
  },
  refusal: (messages) => {
    const last = messages.at(-1);
    if (last?.reasoning_content !== undefined) return 'thinking_disabled';
    const hasUser = messages.some(({ role }) => role === 'user');
    return hasUser || last?.role !== 'assistant' ? undefined : 'no_user';
  },
};

/** The 2507 Instruct models, which have no think block. */
export const qwen3Instruct: Renderer = { ...qwen3, name: 'qwen3_instruct', message: renderMessage(false) };

import type { RendererName } from '../recipe.js';
import type { PartContent, Renderer } from './renderer.js';

/** `User: …\n\nAssistant: …\n\nUser:`; for base models. */
const roleColon: Renderer = {
  name: 'role_colon',
  disablesThinking: false,
  start: (bos) => (bos === null ? [] : [{ special: bos }]),
  message: ({ role, content }) => ({
    header: [{ text: `${role.charAt(0).toUpperCase()}${role.slice(1)}:` }],
    output: [{ text: ` ${content}\n\n` }],
    ...(role === 'assistant' ? { overlap: [{ text: 'User:' }] } : {}),
  }),
  generationHeader: () => [{ text: 'Assistant:' }],
  stop: { text: '\n\nUser:' },
};

function llama3Header(role: string): PartContent[] {
  return [
    { special: '<|start_header_id|>' },
    { text: role },
    { special: '<|end_header_id|>' },
    { text: '\n\n' },
  ];
}

/** Llama 3 Instruct, without the date block that Hugging Face's template puts in front. */
const llama3: Renderer = {
  name: 'llama3',
  disablesThinking: false,
  start: () => [{ special: '<|begin_of_text|>' }],
  message: ({ role, content }) => ({
    header: llama3Header(role),
    output: [{ text: content }, { special: '<|eot_id|>' }],
  }),
  generationHeader: () => llama3Header('assistant'),
  stop: { token: '<|eot_id|>' },
};

function qwen3Header(role: string, index: number): PartContent[] {
  const start: PartContent = { special: '<|im_start|>' };
  return [...(index > 0 ? [{ text: '\n' }] : []), start, { text: `${role}\n` }];
}

/** The block as Qwen3's template writes it around the turn being produced, empty reasoning included. */
function thinkBlock(reasoning: string): string {
  return `<think>\n${reasoning.replace(/^\n+|\n+$/g, '')}\n</think>\n\n`;
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

/** Qwen3, like its template; a `<think>` block in an earlier turn stays as it is. */
const qwen3: Renderer = {
  name: 'qwen3',
  disablesThinking: false,
  start: () => [],
  message: ({ role, content }, { index, isLast, lastUserIndex }) => ({
    header: qwen3Header(role, index),
    output: [
      { text: role === 'assistant' && isLast && lastUserIndex >= 0 ? framed(content) : content },
      { special: '<|im_end|>' },
    ],
  }),
  generationHeader: ({ index }) => qwen3Header('assistant', index),
  stop: { token: '<|im_end|>' },
};

/** Qwen3 without reasoning: the prompt holds an empty think block. */
const qwen3DisableThinking: Renderer = {
  ...qwen3,
  name: 'qwen3_disable_thinking',
  disablesThinking: true,
  generationHeader: ({ index }) => {
    const start: PartContent = { special: '<|im_start|>' };
    return [...(index > 0 ? [{ text: '\n' }] : []), start, { text: 'assistant\n<think>\n\n</think>\n\n' }];
  },
  refusal: (messages) => {
    const hasUser = messages.some((message) => message.role === 'user');
    return hasUser || messages.at(-1)?.role !== 'assistant'
      ? undefined
      : 'a conversation without a user message gets no think block, but the generation prompt always has one';
  },
};

/** The 2507 Instruct models, which have no think block. */
const qwen3Instruct: Renderer = {
  ...qwen3,
  name: 'qwen3_instruct',
  message: ({ role, content }, { index }) => ({
    header: qwen3Header(role, index),
    output: [{ text: content }, { special: '<|im_end|>' }],
  }),
};

const renderers: Readonly<Record<RendererName, Renderer>> = {
  role_colon: roleColon,
  llama3,
  qwen3,
  qwen3_disable_thinking: qwen3DisableThinking,
  qwen3_instruct: qwen3Instruct,
};

export function rendererNamed(name: RendererName): Renderer {
  return renderers[name];
}

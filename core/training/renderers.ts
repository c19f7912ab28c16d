import type { RendererName } from '../recipe.js';
import { qwen3, qwen3DisableThinking, qwen3Instruct } from './qwen3.js';
import type { PartContent, Renderer } from './renderer.js';

/** `User: …\n\nAssistant: …\n\nUser:`; for base models. */
const roleColon: Renderer = {
  name: 'role_colon',
  disablesThinking: false,
  hasReasoning: false,
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
  hasReasoning: false,
  start: () => [{ special: '<|begin_of_text|>' }],
  message: ({ role, content }) => ({
    header: llama3Header(role),
    output: [{ text: content }, { special: '<|eot_id|>' }],
  }),
  generationHeader: () => llama3Header('assistant'),
  stop: { token: '<|eot_id|>' },
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

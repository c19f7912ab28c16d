import { wordsOf } from '../rendering/chat.js';
import { isOneText } from '../rendering/message-form.js';
import { markupTokens, type Piece, type Renderer } from '../rendering/renderer.js';

function header(role: string): readonly Piece[] {
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
  textTokens: markupTokens,
  stop: { tokens: ['<|eot_id|>'] },
  hasReasoning: false,
  disablesThinking: false,
  rewritesHistory: false,
  write: (messages) => ({
    start: [{ special: '<|begin_of_text|>' }],
    messages: messages.map((message) => ({
      message,
      header: header(message.role),
      output: [{ text: wordsOf(message.content) }, { special: '<|eot_id|>' }],
    })),
    generation: header('assistant'),
  }),
  refusal: (messages) => (messages.every(({ content }) => isOneText(content)) ? undefined : 'parts'),
};

export const llama3Renderers = { llama3: (): Renderer => llama3 };

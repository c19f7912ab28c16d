import { wordsOf, type ChatMessage } from '../rendering/chat.js';
import { isOneText } from '../rendering/message-form.js';
import { markupTokens, type Renderer, type WrittenMessage } from '../rendering/renderer.js';

function written(message: ChatMessage): WrittenMessage {
  const { role, content } = message;
  return {
    message,
    header: [{ text: `${role.charAt(0).toUpperCase()}${role.slice(1).toLowerCase()}:` }],
    output: [{ text: ` ${wordsOf(content)}\n\n` }],
    // Completes the stop. The cookbook has the placeholder for other roles, and writes it as text.
    overlap: [{ text: role === 'assistant' ? 'User:' : '<UNUSED>' }],
  };
}

/** `User: …\n\nAssistant: …\n\nUser:`; for base models. */
const roleColon: Renderer = {
  name: 'role_colon',
  textTokens: markupTokens,
  stop: { text: '\n\nUser:' },
  hasReasoning: false,
  disablesThinking: false,
  rewritesHistory: false,
  write: (messages, { bos }) => ({
    start: bos === null ? [] : [{ special: bos }],
    messages: messages.map(written),
    generation: [{ text: 'Assistant:' }],
  }),
  refusal: (messages) => (messages.every(({ content }) => isOneText(content)) ? undefined : 'parts'),
};

export const roleColonRenderers = { role_colon: (): Renderer => roleColon };

import type { RendererName } from '../recipe.js';
import { rendererNamed } from './families/index.js';
import type { ChatMessage } from './rendering/chat.js';

/**
 * Why messages are context: the renderer leaves out their reasoning; and what trains it.
 *
 * @param turnsWouldTrain - whether `examples: turn` does.
 */
export function leftOutText(renderer: RendererName, turnsWouldTrain: boolean): string {
  if (!writesReasoning(renderer))
    return `${renderer} writes no reasoning; \`train.renderer\` can name one of the model that does`;
  const remedy = turnsWouldTrain
    ? '`train.examples: turn` trains each with it'
    : '`reasoning: inline` keeps it in all';
  return `${renderer} leaves out their reasoning; ${remedy}`;
}

const question: ChatMessage = { role: 'user', content: 'q', from: 0 };
const answer: ChatMessage = { role: 'assistant', content: [{ type: 'thinking', thinking: 'r' }], from: 1 };

/** Whether a renderer writes the reasoning of the turn that a model generates. */
function writesReasoning(name: RendererName): boolean {
  const { disablesThinking, write } = rendererNamed(name);
  const whole = [question, answer];
  const { messages } = write(whole, { bos: null, purpose: 'training', whole });
  return !disablesThinking && messages.at(-1)?.leavesOutReasoning !== true;
}

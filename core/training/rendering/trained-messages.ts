import type { TrainOn } from '../../recipe.js';
import { lastUserIndex } from './chat.js';
import type { Renderer, WrittenChat } from './renderer.js';

/** Which messages of a written conversation `train_on` trains, by their index. */
export function trainedMessages(
  { endsWithTrained = false }: Renderer,
  { messages: written, turnStart }: WrittenChat,
  trainOn: TrainOn,
): (index: number) => boolean {
  const roles = written.map(({ message }) => message.role);
  const isAssistant = (index: number): boolean => roles[index] === 'assistant';
  switch (trainOn) {
    case 'last_assistant_message': {
      const last = endsWithTrained ? roles.lastIndexOf('assistant') : roles.length - 1;
      return (index) => index === last && isAssistant(index);
    }
    case 'last_assistant_turn': {
      const before = written.slice(0, -1).map(({ message }) => message);
      const start = turnStart ?? lastUserIndex(before) + 1;
      return (index) => index >= start && isAssistant(index);
    }
    case 'all_assistant_messages':
      return isAssistant;
    case 'all_user_and_system_messages':
      return (index) => roles[index] === 'user' || roles[index] === 'system';
    case 'all_messages':
    case 'all_tokens':
      return () => true;
  }
}

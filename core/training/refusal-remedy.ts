import type { RefusalReason } from '../contracts/tokens.js';
import type { RendererName } from '../recipe.js';

/** What to do about conversations that a renderer refuses. */
export function refusalRemedy(reason: RefusalReason, renderer: RendererName): string {
  switch (reason) {
    case 'reasoning':
      return 'Write `reasoning: inline`, which puts it into the words as a think block, or leave it out with `ignore`.';
    case 'tools':
    case 'role':
    case 'parts':
    case 'system_later':
      return 'Train a model whose renderer has a form for them, or leave those rows out with `filter`.';
    case 'thinking_disabled':
      return `${withThinking(renderer)}, or leave the reasoning out with \`ignore\`.`;
    case 'no_user':
      return `${withThinking(renderer)}.`;
    case 'turn_of_several':
      return `${withThinking(renderer)}, or \`train.train_on: all_assistant_messages\`.`;
  }
}

const disabled = '_disable_thinking';

/** The renderer of the same family whose prompt lets the model reason. */
function withThinking(renderer: RendererName): string {
  const family = renderer.slice(0, -disabled.length);
  return `Set \`train.renderer: ${family === 'qwen3_8' ? `${family}_xhigh_reasoning` : family}\``;
}

import type { RefusalReason } from '../contracts/tokens.js';

/** What to do about conversations that a renderer refuses. */
export function refusalRemedy(reason: RefusalReason): string {
  switch (reason) {
    case 'reasoning':
      return 'Write `reasoning: inline`, which puts it into the words as a think block, or leave it out with `ignore`.';
    case 'tools':
      return 'Train a model whose renderer has a form for them, or leave those rows out with `filter`.';
    case 'thinking_disabled':
      return 'Set `train.renderer: qwen3`, or leave the reasoning out with `ignore`.';
    case 'no_user':
      return 'Set `train.renderer: qwen3`.';
    case 'turn_of_several':
      return 'Set `train.renderer: qwen3`, or `train.train_on: all_assistant_messages`.';
  }
}

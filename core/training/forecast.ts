import type { UntrainedParts } from '../contracts/tokens.js';
import type { Conversation } from '../convert/conversation/conversation.js';
import type { RendererName } from '../recipe.js';
import { turnsWouldTrain } from './example-rules.js';
import { tokeniseExamples, type ExampleRules } from './examples.js';
import type { Renderer } from './rendering/renderer.js';
import type { TokenEncoder } from './rendering/token-encoder.js';
import { addUntrainedParts, nothingUntrained, untrainedPartsOf } from './untrained-parts.js';

/** What a training would leave untrained of conversations. */
export interface TrainingForecast extends UntrainedParts {
  readonly renderer: RendererName;
  /** Whether `examples: turn` would train the turns whose reasoning is left out. */
  readonly turnsWouldTrain: boolean;
}

/** What a training would leave untrained, without its tokenizer. */
export function forecastTraining(
  renderer: Renderer,
  rules: ExampleRules,
  conversations: readonly Conversation[],
): TrainingForecast {
  const encoder = characters();
  const parts = conversations
    .map((each) => untrainedPartsOf(renderer, each, tokeniseExamples(renderer, each, rules, encoder)))
    .reduce(addUntrainedParts, nothingUntrained);
  return { ...parts, renderer: renderer.name, turnsWouldTrain: turnsWouldTrain(renderer, rules) };
}

/**
 * A UTF-16 code unit is a token, and so are line breaks in a row, as in Qwen's tokenizer, and any control
 * token. They suffice to compare a prompt with what is trained after it.
 */
function characters(): TokenEncoder {
  const texts: string[] = [];
  const ids = new Map<string, number>();
  const idOf = (text: string): number => {
    const id = ids.get(text) ?? ids.size;
    if (id === ids.size) {
      ids.set(text, id);
      texts.push(text);
    }
    return id;
  };
  return {
    bos: null,
    encode: (text) => Array.from(text.matchAll(/\n+|[^]/g), ([token]) => idOf(token)),
    decode: (tokens) => tokens.map((id) => texts[id] ?? '').join(''),
    specialId: idOf,
  };
}

import type { Renderer } from '../../../core/training/rendering/renderer.js';
import type { TextEncoder } from '../../tokenise/tokenizer/text-encoder.js';

/** The words of a sampled turn, up to its stop. */
export function answerOf(
  { stop, answer }: Renderer,
  tokens: readonly number[],
  encoder: TextEncoder,
): string {
  const stops = 'tokens' in stop ? stop.tokens.map((token) => encoder.specialId(token)) : [];
  const end = tokens.findIndex((id) => stops.includes(id));
  const turn = end < 0 ? tokens : tokens.slice(0, end);
  const text = answer === undefined ? encoder.decode(turn) : withControlTokens(turn, encoder);
  const stopAt = 'text' in stop ? text.indexOf(stop.text) : -1;
  const said = stopAt < 0 ? text : text.slice(0, stopAt);
  return answer === undefined ? said.replace(/^\s*<think>\s*<\/think>/, '').trim() : answer(said);
}

/** The text of tokens, control tokens by their names. */
function withControlTokens(tokens: readonly number[], encoder: TextEncoder): string {
  let text = '';
  let from = 0;
  for (const [at, id] of tokens.entries()) {
    const control = encoder.specialText(id);
    if (control === undefined) continue;
    text += encoder.decode(tokens.slice(from, at)) + control;
    from = at + 1;
  }
  return text + encoder.decode(tokens.slice(from));
}

import type { Renderer } from '../../../core/training/rendering/renderer.js';
import type { TextEncoder } from '../../tokenise/tokenizer/text-encoder.js';

/** The parts of a tokenizer that show an answer. */
type AnswerDecoder = Pick<TextEncoder, 'decode' | 'specialId' | 'specialText'>;

/** The words of a sampled turn, up to its stop. */
export function answerOf(
  { stop, answer }: Renderer,
  tokens: readonly number[],
  encoder: AnswerDecoder,
): string {
  const stops = 'tokens' in stop ? stop.tokens.map((token) => encoder.specialId(token)) : [];
  const end = tokens.findIndex((id) => stops.includes(id));
  const turn = end < 0 ? tokens : tokens.slice(0, end);
  const text = answer === undefined ? encoder.decode(turn) : withControlTokens(turn, encoder);
  const stopAt = 'text' in stop ? text.indexOf(stop.text) : -1;
  const said = stopAt < 0 ? text : text.slice(0, stopAt);
  return answer === undefined ? wordsBehindReasoning(said) : answer(said);
}

/** All of a turn that ends in its reasoning. The prompt may have opened the think block. */
function wordsBehindReasoning(text: string): string {
  const end = text.indexOf('</think>');
  return (end < 0 ? text : text.slice(end + '</think>'.length)).trim();
}

/** The text of tokens, control tokens by their names. */
function withControlTokens(tokens: readonly number[], encoder: AnswerDecoder): string {
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

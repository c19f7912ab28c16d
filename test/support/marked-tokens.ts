import type { TextEncoder } from '../../activities/tokenise/tokenizer/text-encoder.js';
import type { TokenisedConversation } from '../../core/training/tokens.js';

/** The text of the tokens, with what is trained in double brackets. */
export function marked(
  { tokens, mask }: Pick<TokenisedConversation, 'tokens' | 'mask'>,
  encoder: TextEncoder,
): string {
  let text = '';
  for (let from = 0; from < tokens.length;) {
    let to = from + 1;
    while (to < tokens.length && mask[to] === mask[from]) to += 1;
    const run = textOf(tokens.slice(from, to), encoder);
    text += mask[from] === 1 ? `[[${run}]]` : run;
    from = to;
  }
  return text;
}

function textOf(tokens: readonly number[], encoder: TextEncoder): string {
  const at = tokens.findIndex((id) => encoder.specialText(id) !== undefined);
  if (at < 0) return encoder.decode(tokens);
  const special = encoder.specialText(tokens[at] ?? 0) ?? '';
  return encoder.decode(tokens.slice(0, at)) + special + textOf(tokens.slice(at + 1), encoder);
}

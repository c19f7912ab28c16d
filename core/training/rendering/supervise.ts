import type { RefusalReason } from '../../contracts/tokens.js';
import type { TrainOn } from '../../recipe.js';
import { reasons, type ChatMessage } from './chat.js';
import { messagesBeforeTrained, promptTokens } from './prompt.js';
import type { Piece, Renderer, WrittenMessage } from './renderer.js';
import { trainedMessages } from './trained-messages.js';
import { headerTokens, idsOf } from './piece-tokens.js';
import type { TokenEncoder } from './token-encoder.js';

/** The tokens `[from, to)` of a written message, or of what opens the conversation. */
export interface TokenisedPart {
  /** Where the message is from; absent on what opens the conversation. */
  readonly message?: ChatMessage['from'];
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

export interface SupervisedChat {
  readonly tokens: readonly number[];
  /** 0 or 1 a token: whether it is trained. */
  readonly mask: readonly number[];
  readonly parts: readonly TokenisedPart[];
  /** Position of the first token of the last message's output. */
  readonly lastMessageAt: number;
  /** The messages that the tokens hold. */
  readonly written: readonly WrittenMessage[];
  /** Whether `trainOn` trains the message of an index, be it context or not. */
  readonly inMode: (index: number) => boolean;
}

export interface Supervision {
  readonly trainOn: TrainOn;
  /** Messages that are context whatever `trainOn` trains. @default none */
  readonly isContext?: (written: WrittenMessage) => boolean;
}

/**
 * Tokens and loss mask of messages, as the cookbook's `build_supervised_example`: each piece is encoded on
 * its own, so that the mask has exact borders. The modes that train the last turn leave out what the
 * generation prompt holds.
 *
 * @returns the reason, where the renderer refuses the messages.
 */
export function supervise(
  renderer: Renderer,
  messages: readonly ChatMessage[],
  { trainOn, isContext = () => false }: Supervision,
  encoder: TokenEncoder,
): SupervisedChat | RefusalReason {
  const refusal = renderer.refusal?.(messages);
  if (refusal !== undefined) return refusal;
  const prepared = renderer.prepare?.(messages) ?? messages;
  const chat = renderer.write(prepared, { bos: encoder.bos, purpose: 'training', whole: prepared });
  const inMode = trainedMessages(renderer, chat, trainOn);
  const isTrained = chat.messages.map((written, index) => inMode(index) && !isContext(written));
  const end = renderer.endsWithTrained === true ? isTrained.lastIndexOf(true) + 1 : 0;
  const written = end === 0 ? chat.messages : chat.messages.slice(0, end);

  const sequence = new Sequence(encoder);
  sequence.add(chat.start, 0, 0);
  sequence.close(undefined);
  let lastMessageAt = 0;
  for (const [index, { message, header, output, overlap }] of written.entries()) {
    const headerWeight = trainOn === 'all_tokens' ? 1 : 0;
    const weight = isTrained[index] === true ? 1 : 0;
    sequence.add(header, headerWeight, headerWeight);
    lastMessageAt = sequence.tokens.length;
    sequence.add(output, weight, headerWeight);
    if (index === chat.messages.length - 1) sequence.add(overlap ?? [], weight, weight);
    sequence.close(message.from);
  }
  const { tokens, mask, parts } = sequence;
  const before = messagesBeforeTrained(prepared, trainOn);
  if (before !== undefined) {
    const prompt = promptTokens(renderer, prepared.slice(0, before), encoder, prepared);
    if (prompt.every((id, at) => tokens[at] === id)) mask.fill(0, 0, prompt.length);
    else if (renderer.disablesThinking)
      return prepared.slice(before).some(reasons) ? 'thinking_disabled' : 'turn_of_several';
  }
  return { tokens, mask, parts, lastMessageAt, written, inMode };
}

/** Collects the tokens of pieces. */
class Sequence {
  readonly tokens: number[] = [];
  readonly mask: number[] = [];
  readonly parts: TokenisedPart[] = [];
  readonly #encoder: TokenEncoder;

  constructor(encoder: TokenEncoder) {
    this.#encoder = encoder;
  }

  /** @param headerWeight - of the tokens of pieces that belong to the header. */
  add(pieces: readonly Piece[], weight: 0 | 1, headerWeight: 0 | 1): void {
    for (const piece of pieces) {
      const ids = idsOf(piece, this.#encoder);
      const ofHeader = headerTokens(piece, ids, this.#encoder);
      for (const id of ids) this.tokens.push(id);
      for (let at = 0; at < ids.length; at += 1) this.mask.push(at < ofHeader ? headerWeight : weight);
    }
  }

  /** Ends a part. */
  close(message: TokenisedPart['message']): void {
    const from = this.parts.at(-1)?.to ?? 0;
    if (this.tokens.length > from)
      this.parts.push({ ...(message === undefined ? {} : { message }), from, to: this.tokens.length });
  }
}

import type { Message } from '../convert/conversation/conversation.js';
import type { RefusalReason } from '../contracts/tokens.js';
import type { RendererName } from '../recipe.js';

/** A part that is encoded on its own: text, in which special tokens are plain text, or one special token. */
export type PartContent = { readonly text: string } | { readonly special: string };

/** The place of a message among those that are rendered. */
export interface Place {
  readonly index: number;
  readonly isLast: boolean;
  /** Of the last user message; -1 where there is none. */
  readonly lastUserIndex: number;
}

interface RenderedMessage {
  /** Names the role. Trained only with `all_tokens`. */
  readonly header: readonly PartContent[];
  /** The content and the end of the turn. */
  readonly output: readonly PartContent[];
  /** Trained after the last message only: completes a stop text that begins in `output`. */
  readonly overlap?: readonly PartContent[];
  /** The message has reasoning that is not in `output`. */
  readonly leavesOutReasoning?: boolean;
}

/** The format of a family of models. Follows `tinker_cookbook/renderers`, 0.6.1. */
export interface Renderer {
  readonly name: RendererName;
  /** Opens every conversation; `bos` is the tokenizer's own, where it has one. */
  start(bos: string | null): readonly PartContent[];
  message(message: Message, place: Place): RenderedMessage;
  /** Opens the turn that the model generates. */
  generationHeader(place: Place): readonly PartContent[];
  /** Where sampling stops. */
  readonly stop: { readonly token: string } | { readonly text: string };
  /** Whether `message` has a form for reasoning. */
  readonly hasReasoning: boolean;
  /**
   * The content of a system message that declares tools, behind its words, which may be empty. Absent: there
   * is no form for tools, calls and results.
   *
   * @param tools - of each, its function as JSON.
   */
  readonly systemWithTools?: (words: string, tools: readonly string[]) => string;
  /** Why messages are not trained, besides the forms that are missing; `undefined` where they are. */
  readonly refusal?: (messages: readonly Message[]) => RefusalReason | undefined;
  /**
   * True where the generation prompt forbids reasoning, so that a turn that reasons must not be trained after
   * it.
   */
  readonly disablesThinking: boolean;
}

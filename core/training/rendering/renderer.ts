import type { RefusalReason } from '../../contracts/tokens.js';
import type { RendererName, TrainOn } from '../../recipe.js';
import type { ChatMessage } from './chat.js';

/**
 * A piece that is encoded on its own, so that byte pairs never merge across its borders: text, in which only
 * the renderer's {@link Renderer.textTokens} become tokens of their own, or one control token by its name.
 */
export type Piece =
  | {
      readonly text: string;
      /**
       * In an output: the first characters belong to the header. The header's tokens are the fewest that
       * decode to at least this many UTF-16 code units.
       */
      readonly headerLength?: number;
    }
  | { readonly special: string };

/** A message as it is written. */
export interface WrittenMessage {
  readonly message: ChatMessage;
  /** Names the role. Trained only with `all_tokens`. */
  readonly header: readonly Piece[];
  /** The content and the end of the turn. */
  readonly output: readonly Piece[];
  /** Trained after the last message only: completes a stop that begins in `output`. */
  readonly overlap?: readonly Piece[];
  /** The message has reasoning that is not in `output`. */
  readonly leavesOutReasoning?: boolean;
}

/** The messages of a conversation as they are written. */
export interface WrittenChat {
  /** Opens the conversation; never trained. */
  readonly start: readonly Piece[];
  /** One for each message, in their order; what writes nothing has empty lists. */
  readonly messages: readonly WrittenMessage[];
  /** Opens the turn that the model generates behind the messages. */
  readonly generation: readonly Piece[];
  /**
   * Index of the first message of the turn that `last_assistant_turn` trains.
   *
   * @default behind the last user message of all messages but the last one
   */
  readonly turnStart?: number;
}

export interface WriteContext {
  /** The tokenizer's own beginning of a text; `null` where it has none. */
  readonly bos: string | null;
  /**
   * `prompt`: a model generates behind the messages, and the last one is written as it is behind a finished
   * turn. `training`: the last message is the one that is generated.
   */
  readonly purpose: 'training' | 'prompt';
  /** All messages of the conversation: more than are written where the prompt of a trained turn is. */
  readonly whole: readonly ChatMessage[];
}

/** What a renderer writes that is not in the conversation. Part of the key of tokens. */
export interface RendererSettings {
  /** `YYYY-MM-DD`: the day that gpt-oss is told is today's. */
  readonly currentDate?: string | undefined;
  /** Inkling's thinking effort, in [0, 1). */
  readonly effort?: number | undefined;
}

/** The format of a family of models. Follows `tinker_cookbook/renderers`, 0.6.1. */
export interface Renderer {
  readonly name: RendererName;
  /**
   * The added tokens that text may hold. All others are control tokens: typed in a text, they stay text.
   * (The tokenizer's own `special` flag does not decide: DeepSeek's `<｜User｜>` does not have it.)
   */
  readonly textTokens: readonly string[];
  /** Where sampling stops. */
  readonly stop: { readonly tokens: readonly string[] } | { readonly text: string };
  /** Whether `write` has a form for reasoning. */
  readonly hasReasoning: boolean;
  /**
   * True where the generation prompt forbids reasoning, so that a turn that reasons must not be trained after
   * it.
   */
  readonly disablesThinking: boolean;
  /**
   * True where an earlier turn is not written as it was when it was generated, so that one example cannot
   * train every turn: the cookbook's `has_extension_property`, inverted.
   */
  readonly rewritesHistory: boolean;
  /**
   * The messages that declare tools, in place of the first system message. Absent: there is no form for
   * tools, calls and results.
   *
   * @param tools - of each, its function as JSON.
   * @param system - the words of the system message, which may be empty.
   */
  readonly declareTools?: (tools: readonly string[], system: string) => readonly DeclaredMessage[];
  /**
   * What `write` puts into the text of a result besides its words; where a result lacks it, a placeholder.
   *
   * @default nothing
   */
  readonly resultMembers?: readonly ('name' | 'callId')[];
  /** Adds or joins messages before they are written; applied once to a conversation. Absent: as they are. */
  readonly prepare?: (messages: readonly ChatMessage[]) => readonly ChatMessage[];
  readonly write: (messages: readonly ChatMessage[], context: WriteContext) => WrittenChat;
  /** Why messages are not trained, besides the forms that are missing; `undefined` where they are. */
  readonly refusal?: (messages: readonly ChatMessage[]) => RefusalReason | undefined;
  /** The modes that can be trained. Absent: all. */
  readonly trainOn?: readonly TrainOn[];
  /**
   * Absent: `last_assistant_message` is the last message, if it is an assistant's. True: it is the last
   * assistant message, wherever it stands, and the tokens end behind the last trained message.
   */
  readonly endsWithTrained?: boolean;
  /**
   * The words of a sampled turn, as an answer is shown.
   *
   * @param text - the sampled tokens up to the stop, control tokens by their names.
   * @default what is behind the reasoning, without control tokens; all of a turn that ends in its reasoning
   */
  readonly answer?: (text: string) => string;
}

/** A message that declares tools. */
export type DeclaredMessage = Pick<ChatMessage, 'role' | 'content'>;

/** Makes the renderer of one name. */
export type RendererFactory = (settings: RendererSettings) => Renderer;

/**
 * Markup of reasoning, calls and results. Renderers write it into the text of messages, and it encodes to one
 * token wherever a tokenizer has it.
 */
export const markupTokens: readonly string[] = [
  '<think>',
  '</think>',
  '<tool_call>',
  '</tool_call>',
  '<tool_response>',
  '</tool_response>',
  '<arg_key>',
  '</arg_key>',
  '<arg_value>',
  '</arg_value>',
  '｜DSML｜',
];

import type { TokenSpan } from '../../activities/tokenise/token-spans.js';
import type { TextEncoder } from '../../activities/tokenise/tokenizer/text-encoder.js';
import type { Conversation } from '../../core/convert/conversation/conversation.js';
import type { HeadraceError } from '../../core/errors.js';
import { headFindingNotes } from './head-notes.js';
import { formatCount, plural } from '../../core/format.js';
import type { ChosenModel } from '../tokens/chosen-model.js';
import type { Place, PlacedConversation } from '../tokens/placed-conversation.js';
import type { SourceRows } from '../tokens/source-rows.js';
import type { TokensForm } from '../tokens/tokens-form.js';
import {
  tokenCounts,
  type RefusedConversation,
  type WrittenConversation,
  type WrittenExample,
} from '../tokens/written-conversation.js';
import { conversationParts } from './conversation-parts.js';
import { idLines, markedText } from './marked-text.js';
import { outcomeCounts } from './preview.js';
import { escapeControls, oneLine } from './shorten.js';
import { sourceFailure } from './source-failure.js';
import type { Ink } from './token-ink.js';
import { countsText, messageLine, promptLine, stopText } from './token-lines.js';

export interface TokensTextOptions {
  readonly ink: Ink;
  /** Whether long texts are shown whole. */
  readonly full: boolean;
  /** Whether each token has a line of its own, with its position and id. */
  readonly ids: boolean;
}

const indent = '    ';

/** Conversations message by message, with counts. */
export class TokensText implements TokensForm {
  readonly #encoder: TextEncoder;
  readonly #options: TokensTextOptions;
  readonly #total = { conversations: 0, examples: 0, refused: 0, tokens: 0, trained: 0 };

  constructor(encoder: TextEncoder, options: TokensTextOptions) {
    this.#encoder = encoder;
    this.#options = options;
  }

  /** How conversations are written, and what the marks mean. */
  begin({ baseModel, renderer, settings, rules, maxTokens, tokenizer }: ChosenModel): readonly string[] {
    return [
      `${baseModel}: renderer ${renderer.name}, train_on ${rules.trainOn}, ${rules.examples === 'turn' ? 'examples turn, ' : ''}max_tokens ${formatCount(maxTokens)}`,
      ...settings,
      `tokenizer ${tokenizer}`,
      this.#options.ink.legend,
    ];
  }

  source({ preview, skipped }: SourceRows): readonly string[] {
    const { name, file, format, counts, head } = preview;
    const heading = this.#options.ink.heading(`── ${name} ──`);
    return [
      `\n${heading} ${file}, format ${format}, of the first rows: ${outcomeCounts(counts)}`,
      ...headFindingNotes(head),
      ...(skipped === undefined ? [] : [`row ${formatCount(skipped.row)}: ${skipped.outcome}`]),
    ];
  }

  conversation(placed: PlacedConversation, written: WrittenConversation | RefusedConversation): string {
    this.#total.conversations += 1;
    const place = this.#options.ink.heading(placeText(placed.place));
    if ('refused' in written) {
      this.#total.refused += 1;
      return `\n${place}: refused: ${written.refused}\n${refusedText(placed.conversation)}`;
    }
    const lines = [
      ...written.examples.map((example) => this.#example(place, placed.conversation, example)),
      ...written.refusedTurns.map(
        ({ message, refused }) => `\n${place}, message ${message}: refused: ${refused}`,
      ),
    ];
    return lines.length === 0 ? `\n${place}: no turn to train: a training leaves it out` : lines.join('\n');
  }

  #example(place: string, conversation: Conversation, example: WrittenExample): string {
    const { trained, context, cut } = tokenCounts(example.spans);
    this.#total.examples += 1;
    this.#total.tokens += trained + context + cut;
    this.#total.trained += trained;
    const turn = example.message === undefined ? '' : `, the example of message ${example.message}`;
    const nothing = trained === 0 ? ', none trained: a training leaves it out' : '';
    return `\n${place}${turn}: ${countsText(example.spans)}${nothing}\n${this.#written(conversation, example)}`;
  }

  failure(source: string, error: HeadraceError): string {
    return `\n${sourceFailure(source, error, false)}`;
  }

  end(): readonly string[] {
    const { conversations, examples, refused, tokens, trained } = this.#total;
    if (conversations < 2) return [];
    const split = examples > conversations - refused ? `, ${plural(examples, 'example')}` : '';
    const sum = `${plural(conversations, 'conversation')}${split}: ${plural(tokens, 'token')}, ${formatCount(trained)} trained`;
    return [`\n${sum}${refused > 0 ? `; ${formatCount(refused)} refused` : ''}`];
  }

  #written(conversation: Conversation, written: WrittenExample): string {
    const { ink, ids } = this.#options;
    const blocks = byMessage(written.spans).flatMap((block) => [
      `  ${messageLine(block, conversation, written, ink)}`,
      ids ? idLines(block, this.#encoder, ink) : indent + markedText(block, { ...this.#options, indent }),
    ]);
    return [
      ...blocks,
      `  ${promptLine(written, this.#encoder, ink)}`,
      `  ${ink.heading('stop')} ${stopText(written, this.#encoder)}`,
    ].join('\n');
  }
}

function placeText(place: Place): string {
  return 'row' in place ? `row ${formatCount(place.row)}` : `line ${formatCount(place.line)}`;
}

const longestRefused = 100;

function refusedText(conversation: Conversation): string {
  return conversationParts(conversation)
    .map(({ label, text }) => `  ${escapeControls(label)}: ${escapeControls(oneLine(text, longestRefused))}`)
    .join('\n');
}

function byMessage(spans: readonly TokenSpan[]): TokenSpan[][] {
  const blocks: TokenSpan[][] = [];
  for (const span of spans) {
    const block = blocks.at(-1);
    if (block !== undefined && block[0]?.message === span.message) block.push(span);
    else blocks.push([span]);
  }
  return blocks;
}

import type { TokenSpan } from '../../activities/tokenise/token-spans.js';
import type { TextEncoder } from '../../activities/tokenise/tokenizer/text-encoder.js';
import type { Conversation } from '../../core/convert/conversation.js';
import type { HeadraceError } from '../../core/errors.js';
import { formatCount, plural } from '../../core/format.js';
import type { ChosenModel } from '../tokens/chosen-model.js';
import type { Place, PlacedConversation } from '../tokens/placed-conversation.js';
import type { SourceRows } from '../tokens/source-rows.js';
import type { TokensForm } from '../tokens/tokens-form.js';
import {
  tokenCounts,
  type RefusedConversation,
  type WrittenConversation,
} from '../tokens/written-conversation.js';
import { conversationParts } from './conversation-parts.js';
import { idLines, markedText, textOfIds } from './marked-text.js';
import { outcomeCounts } from './preview.js';
import { escapeControls, oneLine, shorten } from './shorten.js';
import { sourceFailure } from './source-failure.js';
import type { Ink } from './token-ink.js';

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
  readonly #total = { conversations: 0, refused: 0, tokens: 0, trained: 0 };

  constructor(encoder: TextEncoder, options: TokensTextOptions) {
    this.#encoder = encoder;
    this.#options = options;
  }

  /** How conversations are written, and what the marks mean. */
  begin({ baseModel, renderer, trainOn, maxTokens, tokenizer }: ChosenModel): readonly string[] {
    return [
      `${baseModel}: renderer ${renderer.name}, train_on ${trainOn}, max_tokens ${formatCount(maxTokens)}`,
      `tokenizer ${tokenizer}`,
      this.#options.ink.legend,
    ];
  }

  source({ preview, skipped }: SourceRows): readonly string[] {
    const { name, file, format, counts } = preview;
    const heading = this.#options.ink.heading(`── ${name} ──`);
    return [
      `\n${heading} ${file}, format ${format}, of the first rows: ${outcomeCounts(counts)}`,
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
    const { trained, context, cut } = tokenCounts(written.spans);
    this.#total.tokens += trained + context + cut;
    this.#total.trained += trained;
    const nothing = trained === 0 ? ', none trained: a training leaves it out' : '';
    return `\n${place}: ${countsText(written.spans)}${nothing}\n${this.#written(placed.conversation, written)}`;
  }

  failure(source: string, error: HeadraceError): string {
    return `\n${sourceFailure(source, error, false)}`;
  }

  end(): readonly string[] {
    const { conversations, refused, tokens, trained } = this.#total;
    if (conversations < 2) return [];
    const sum = `${plural(conversations, 'conversation')}: ${plural(tokens, 'token')}, ${formatCount(trained)} trained`;
    return [`\n${sum}${refused > 0 ? `; ${formatCount(refused)} refused` : ''}`];
  }

  #written(conversation: Conversation, written: WrittenConversation): string {
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

/** The role, the counts, and what of the message is context or not written. */
function messageLine(
  block: readonly TokenSpan[],
  { messages }: Conversation,
  { reasoningLeftOut, spans }: WrittenConversation,
  ink: Ink,
): string {
  const index = block[0]?.message;
  if (typeof index !== 'number') {
    const heading = index === 'tools' ? 'system, of the tools' : 'opening';
    return `${ink.heading(heading)}${ink.note(`, ${countsText(block)}`)}`;
  }
  const { role = 'message', weight, name } = messages[index] ?? {};
  const notes = [
    countsText(block),
    ...(weight === 0 ? ['context by weight 0'] : []),
    ...(reasoningLeftOut.includes(index) ? ['context, because its reasoning is left out'] : []),
    ...(name === undefined ? [] : [`name ${escapeControls(name)} is not written`]),
    ...typedSpecials(block, spans).map((token) => `${token} in its words is text, and no special token`),
  ];
  return `${ink.heading(role)}${ink.note(`, ${notes.join(', ')}`)}`;
}

/** Special tokens of the conversation that the words of a message spell. */
function typedSpecials(block: readonly TokenSpan[], spans: readonly TokenSpan[]): string[] {
  const words = block.filter(({ special }) => !special).map(({ text }) => text);
  const tokens = new Set(spans.filter(({ special }) => special).map(({ text }) => text));
  return [...tokens].filter((token) => words.some((text) => text.includes(token)));
}

/** `81 tokens, 52 trained, 3 cut off`. */
function countsText(spans: readonly TokenSpan[]): string {
  const { trained, context, cut } = tokenCounts(spans);
  return [
    plural(trained + context + cut, 'token'),
    ...(trained > 0 ? [`${formatCount(trained)} trained`] : []),
    ...(cut > 0 ? [`${formatCount(cut)} cut off`] : []),
  ].join(', ');
}

const longestPrompt = 400;
const shownEnd = 12;

function promptLine({ prompt, promptLeavesAt }: WrittenConversation, encoder: TextEncoder, ink: Ink): string {
  const heading = `${ink.heading('prompt')}${ink.note(`, ${plural(prompt.length, 'token')}:`)}`;
  if (promptLeavesAt === undefined)
    return `${heading} as above, up to …${textOfIds(prompt.slice(-shownEnd), encoder)}`;
  const rest = shorten(textOfIds(prompt.slice(promptLeavesAt), encoder), longestPrompt);
  return `${heading} as above up to token ${promptLeavesAt}, then ${rest}`;
}

function stopText({ stop }: WrittenConversation, encoder: TextEncoder): string {
  return stop
    .map((each) =>
      typeof each === 'number' ? `${textOfIds([each], encoder)} (${each})` : each.replaceAll('\n', '⏎'),
    )
    .join(', ');
}

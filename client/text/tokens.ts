import type { SpanKind, TokenSpan } from '../../activities/tokenise/token-spans.js';
import type { TextEncoder } from '../../activities/tokenise/tokenizer/text-encoder.js';
import type { Conversation } from '../../core/convert/conversation.js';
import { formatCount, plural } from '../../core/format.js';
import type { ChosenModel } from '../tokens/chosen-model.js';
import { tokenCounts, type TokenCounts } from '../tokens/token-counts.js';
import type { WrittenConversation } from '../tokens/written-conversation.js';
import { idLines, markedText, textOfIds } from './marked-text.js';
import { escapeControls, oneLine } from './shorten.js';
import type { Ink } from './token-ink.js';

export interface TokensStyle {
  readonly ink: Ink;
  /** Whether long texts are shown whole. */
  readonly full: boolean;
  /** Whether each token has a line of its own, with its position and id. */
  readonly ids: boolean;
}

/** How conversations are written, and what the marks mean. */
export function modelText(model: ChosenModel, ink: Ink): string {
  const { baseModel, renderer, trainOn, maxTokens, tokenizer } = model;
  const mark = (text: string, kind: SpanKind, special = false): string =>
    markedText([{ text, kind, special }], { ink, full: true });
  const marks = [
    mark('trained', 'trained'),
    mark('context', 'context'),
    mark('cut off by max_tokens', 'cut'),
    mark('<special token>', 'context', true),
    '⏎ line break',
  ];
  return [
    `${baseModel}: renderer ${renderer.name}, train_on ${trainOn}, max_tokens ${formatCount(maxTokens)}`,
    `tokenizer ${tokenizer}`,
    marks.join('   '),
  ].join('\n');
}

const longestRefused = 100;

/** A conversation that is refused, and why. */
export function refusedText(place: string, { messages }: Conversation, refused: string, ink: Ink): string {
  return [
    `${ink.heading(place)}: refused: ${refused}`,
    ...messages.map(
      ({ role, content }) => `  ${role.padEnd(9)} ${escapeControls(oneLine(content, longestRefused))}`,
    ),
  ].join('\n');
}

/** A conversation as it is written for the model, message by message. */
export function writtenText(
  place: string,
  conversation: Conversation,
  written: WrittenConversation,
  encoder: TextEncoder,
  style: TokensStyle,
): string {
  const { ink } = style;
  const { spans, prompt, stop } = written;
  const indent = '    ';
  const blocks = byMessage(spans).flatMap((block) => [
    messageLine(block, conversation, written, ink),
    style.ids ? idLines(block, encoder, ink) : indent + markedText(block, { ...style, indent }),
  ]);
  const stops = stop.map((each) =>
    typeof each === 'number' ? `${textOfIds([each], encoder)} (${each})` : textOfText(each),
  );
  return [
    `${ink.heading(place)}: ${countsText(tokenCounts(spans))}`,
    ...blocks,
    `  ${ink.heading('prompt')}${ink.note(`, ${plural(prompt.length, 'token')}:`)} ${promptText(written, encoder)}`,
    `  ${ink.heading('stop')} ${stops.join(', ')}`,
  ].join('\n');
}

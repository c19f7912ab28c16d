import type { TokenSpan } from '../../activities/tokenise/token-spans.js';
import type { TextEncoder } from '../../activities/tokenise/tokenizer/text-encoder.js';
import type { Conversation } from '../../core/convert/conversation/conversation.js';
import { formatCount, plural } from '../../core/format.js';
import { tokenCounts, type WrittenExample } from '../tokens/written-conversation.js';
import { textOfIds } from './marked-text.js';
import { escapeControls, oneLine, shorten } from './shorten.js';
import type { Ink } from './token-ink.js';

/** What no message of the data holds. */
const addedBy = { tools: 'tools', renderer: 'added by the renderer' } as const;

/** The role, the counts, and what of the message is context or not written. */
export function messageLine(
  block: readonly TokenSpan[],
  { messages }: Conversation,
  { reasoningLeftOut, spans }: WrittenExample,
  ink: Ink,
): string {
  const index = block[0]?.message;
  if (typeof index !== 'number') {
    return `${ink.heading(index === undefined ? 'opening' : addedBy[index])}${ink.note(`, ${countsText(block)}`)}`;
  }
  const { role = 'message', weight, name } = messages[index] ?? {};
  const notes = [
    countsText(block),
    ...(weight === 0 ? ['context by weight 0'] : []),
    ...(reasoningLeftOut.includes(index) ? ['context, because its reasoning is left out'] : []),
    ...(name === undefined ? [] : [`name ${escapeControls(oneLine(name, longestName))} is not written`]),
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
export function countsText(spans: readonly TokenSpan[]): string {
  const { trained, context, cut } = tokenCounts(spans);
  return [
    plural(trained + context + cut, 'token'),
    ...(trained > 0 ? [`${formatCount(trained)} trained`] : []),
    ...(cut > 0 ? [`${formatCount(cut)} cut off`] : []),
  ].join(', ');
}

const longestName = 40;
const longestPrompt = 400;
const shownEnd = 12;

/** How long the prompt is, and its end, or where it is not as the conversation. */
export function promptLine(
  { prompt, promptLeavesAt }: WrittenExample,
  encoder: TextEncoder,
  ink: Ink,
): string {
  const heading = `${ink.heading('prompt')}${ink.note(`, ${plural(prompt.length, 'token')}:`)}`;
  if (promptLeavesAt === undefined)
    return `${heading} as above, up to …${textOfIds(prompt.slice(-shownEnd), encoder)}`;
  const rest = shorten(textOfIds(prompt.slice(promptLeavesAt), encoder), longestPrompt);
  return `${heading} as above up to token ${promptLeavesAt}, then ${rest}`;
}

/** Where sampling stops: special tokens with their ids, or texts. */
export function stopText({ stop }: WrittenExample, encoder: TextEncoder): string {
  return stop
    .map((each) =>
      typeof each === 'number' ? `${textOfIds([each], encoder)} (${each})` : each.replaceAll('\n', '⏎'),
    )
    .join(', ');
}

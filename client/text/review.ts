import type { RunFiles } from '../../activities/report/read/read-run.js';
import type { ReadConversation } from '../../activities/report/read/read-train.js';
import type { Composition } from '../../core/contracts/mix.js';
import { plural } from '../../core/format.js';
import { compositionText } from './composition.js';
import { conversationParts } from './conversation-parts.js';
import { escapeControls, oneLine, shorten } from './shorten.js';

const shownConversations = 8;
const longestText = 600;
const longestLabel = 200;
/** Of a conversation: tools, messages, reasoning and calls. */
const shownParts = 60;
const longestReject = 300;

/** The text to read before approving a mix: its composition, conversations and rejected rows. */
export function reviewText(
  composition: Composition,
  { train, rejects, problems }: Pick<RunFiles, 'train' | 'rejects' | 'problems'>,
): string {
  return [
    compositionText(composition),
    ...train.toRead.slice(0, shownConversations).map(conversationText),
    ...(rejects.length > 0 ? ['\nRejected rows, the first of each reason:'] : []),
    ...rejects.map((reject) => `  ${shorten(escapeControls(JSON.stringify(reject)), longestReject)}`),
    ...problems,
  ].join('\n');
}

function conversationText({ line, ...conversation }: ReadConversation): string {
  const parts = conversationParts(conversation);
  const more = parts.length - shownParts;
  return [
    `\n── line ${line} of train.jsonl ──`,
    ...parts
      .slice(0, shownParts)
      .map(
        ({ label, text }) =>
          `${escapeControls(oneLine(label, longestLabel))}: ${shorten(escapeControls(text), longestText)}`,
      ),
    ...(more > 0 ? [`… and ${plural(more, 'more part')}`] : []),
  ].join('\n');
}

import type { RunFiles } from '../../activities/report/read/read-run.js';
import type { ReadConversation } from '../../activities/report/read/read-train.js';
import type { Composition } from '../../core/contracts/mix.js';
import { plural } from '../../core/format.js';
import { compositionText } from './composition.js';
import { conversationLines } from './conversation-lines.js';
import { escapeControls, shorten } from './shorten.js';

const shownConversations = 8;
const longestText = 600;
/** In texts: messages, reasoning and calls. */
const longestConversation = 60;
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
    ...rejects.map((reject) => `  ${shorten(JSON.stringify(reject), longestReject)}`),
    ...problems,
  ].join('\n');
}

function conversationText({ line, ...conversation }: ReadConversation): string {
  const lines = conversationLines(conversation).map(
    ({ who, text }) => `${who}: ${shorten(escapeControls(text), longestText)}`,
  );
  const more = lines.length - longestConversation;
  return [
    `\n── line ${line} of train.jsonl ──`,
    ...lines.slice(0, longestConversation),
    ...(more > 0 ? [`… and ${plural(more, 'more text')}`] : []),
  ].join('\n');
}

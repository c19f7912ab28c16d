import type { RunFiles } from '../../activities/report/read/read-run.js';
import type { ReadConversation } from '../../activities/report/read/read-train.js';
import type { Composition } from '../../core/contracts/mix.js';
import { compositionText } from './composition.js';
import { escapeControls, shorten } from './shorten.js';

const shownConversations = 8;
const longestMessage = 600;
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

function conversationText({ line, messages }: ReadConversation): string {
  const turns = messages.map(
    ({ role, content }) => `${role}: ${shorten(escapeControls(content), longestMessage)}`,
  );
  return [`\n── line ${line} of train.jsonl ──`, ...turns].join('\n');
}

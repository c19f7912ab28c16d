import { refusalReasons, type UntrainedParts } from '../contracts/tokens.js';
import type { Conversation, Message } from '../convert/conversation/conversation.js';
import type { ConversationExamples } from './examples.js';
import { chatMessages, type ChatMessage } from './rendering/chat.js';
import type { Renderer } from './rendering/renderer.js';

export const nothingUntrained: UntrainedParts = { refused: {}, weightZero: 0, reasoningLeftOut: 0, named: 0 };

/** What the training does not train, or does not read, of one row. */
export function untrainedPartsOf(
  { resultMembers = [] }: Renderer,
  conversation: Conversation,
  { refusal, examples, refusedTurns }: ConversationExamples,
): UntrainedParts {
  if (refusal !== undefined) return { ...nothingUntrained, refused: { [refusal]: 1 } };
  const { messages } = conversation;
  const writesNameOf = ({ role }: Message): boolean => role === 'tool' && resultMembers.includes('name');
  const isIncomplete = (message: ChatMessage): boolean =>
    message.role === 'tool' && resultMembers.some((member) => (message[member] ?? '') === '');
  return {
    refused: {},
    weightZero: messages.filter(({ weight }) => weight === 0).length,
    reasoningLeftOut: examples.reduce((sum, { untrainedReasoning }) => sum + untrainedReasoning, 0),
    named: messages.some((message) => message.name !== undefined && !writesNameOf(message)) ? 1 : 0,
    ...resultCount(chatMessages(conversation).some(isIncomplete) ? 1 : 0),
    ...turnCounts(refusedTurns.reduce((counts, { reason }) => added(counts, { [reason]: 1 }), {})),
  };
}

export function addUntrainedParts(a: UntrainedParts, b: UntrainedParts): UntrainedParts {
  return {
    refused: added(a.refused, b.refused),
    weightZero: a.weightZero + b.weightZero,
    reasoningLeftOut: a.reasoningLeftOut + b.reasoningLeftOut,
    named: a.named + b.named,
    ...resultCount((a.incompleteResults ?? 0) + (b.incompleteResults ?? 0)),
    ...turnCounts(added(a.refusedTurns ?? {}, b.refusedTurns ?? {})),
  };
}

function resultCount(incompleteResults: number): Pick<UntrainedParts, 'incompleteResults'> {
  return incompleteResults === 0 ? {} : { incompleteResults };
}

function turnCounts(refusedTurns: UntrainedParts['refused']): Pick<UntrainedParts, 'refusedTurns'> {
  return Object.keys(refusedTurns).length === 0 ? {} : { refusedTurns };
}

function added(a: UntrainedParts['refused'], b: UntrainedParts['refused']): UntrainedParts['refused'] {
  const sum = { ...a };
  for (const reason of refusalReasons) {
    const count = b[reason];
    if (count !== undefined) sum[reason] = (sum[reason] ?? 0) + count;
  }
  return sum;
}

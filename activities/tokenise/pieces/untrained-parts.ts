import { z } from 'zod';
import { refusalReasons, type UntrainedParts } from '../../../core/contracts/tokens.js';
import type { Conversation } from '../../../core/convert/conversation/conversation.js';
import type { TokenisedConversation } from '../../../core/training/tokens.js';

export const UntrainedPartsSchema = z.object({
  refused: z.partialRecord(z.enum(refusalReasons), z.int()),
  weightZero: z.int(),
  reasoningLeftOut: z.int(),
  named: z.int(),
});

export const nothingUntrained: UntrainedParts = { refused: {}, weightZero: 0, reasoningLeftOut: 0, named: 0 };

/** What the training does not train, or does not read, of one row. */
export function untrainedPartsOf(
  { messages }: Conversation,
  { refusal, reasoningLeftOut }: TokenisedConversation,
): UntrainedParts {
  if (refusal !== undefined) return { ...nothingUntrained, refused: { [refusal]: 1 } };
  return {
    refused: {},
    weightZero: messages.filter(({ weight }) => weight === 0).length,
    reasoningLeftOut: reasoningLeftOut.length,
    named: messages.some(({ name }) => name !== undefined) ? 1 : 0,
  };
}

export function addUntrainedParts(a: UntrainedParts, b: UntrainedParts): UntrainedParts {
  const refused = { ...a.refused };
  for (const reason of refusalReasons) {
    const rows = b.refused[reason];
    if (rows !== undefined) refused[reason] = (refused[reason] ?? 0) + rows;
  }
  return {
    refused,
    weightZero: a.weightZero + b.weightZero,
    reasoningLeftOut: a.reasoningLeftOut + b.reasoningLeftOut,
    named: a.named + b.named,
  };
}

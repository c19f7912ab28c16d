import { z } from 'zod';
import { roles } from '../../../core/convert/roles.js';

/** One line of train.jsonl or heldout.jsonl. */
export const Conversation = z.object({
  messages: z.array(z.object({ role: z.enum(roles), content: z.string() })),
});
export type Conversation = z.infer<typeof Conversation>;

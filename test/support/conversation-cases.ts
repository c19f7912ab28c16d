import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { rejectReasons } from '../../core/contracts/conversion.js';
import { Source } from '../../core/recipe.js';
import { sourceFormats } from '../../core/recipe/choices.js';

const { fields, roles, ignore, reasoning } = Source.def.shape;

/** A row, and the line that it becomes or the reason why it is rejected. */
const ConversationCase = z.object({
  case: z.number(),
  name: z.string(),
  format: z.enum(sourceFormats),
  /** Keys of the source in the recipe. */
  options: z.object({ fields, roles, ignore, reasoning }),
  row: z.string(),
  line: z.string().nullable(),
  reason: z.enum(rejectReasons).nullable(),
  unread: z.array(z.string()),
  blank_system: z.number(),
  trailing: z.number(),
});
export type ConversationCase = z.infer<typeof ConversationCase>;

/** Rows in the shapes of real data sets, and what is to become of them. */
export const conversationCases: readonly ConversationCase[] = readFileSync(
  fileURLToPath(new URL('../../../test/golden/conversations/cases.jsonl', import.meta.url)),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map((line) => ConversationCase.parse(JSON.parse(line)));

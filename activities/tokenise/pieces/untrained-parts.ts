import { z } from 'zod';
import { refusalReasons } from '../../../core/contracts/tokens.js';

const refusals = z.partialRecord(z.enum(refusalReasons), z.int());

/** `UntrainedParts` as an artifact has them. */
export const UntrainedPartsSchema = z.object({
  refused: refusals,
  weightZero: z.int(),
  reasoningLeftOut: z.int(),
  refusedTurns: refusals.exactOptional(),
  named: z.int(),
  incompleteResults: z.int().exactOptional(),
});

import { z } from 'zod';
import { fatesOfConverted } from '../../../core/contracts/mix.js';
import { sourceFormats } from '../../../core/recipe.js';
import { Counts } from '../../convert/output/piece-meta.js';

const count = z.int().min(0);
const volume = z.object({ bytes: count, assistantChars: count });

/** A `Composition` as read back from disk. */
export const compositionSchema = z.object({
  sources: z.array(
    Counts.extend({
      name: z.string(),
      format: z.enum(sourceFormats),
      duplicatesBy: z.record(z.string(), count),
      duplicates: count,
      heldout: count,
      heldoutUnused: count,
      notSelected: count,
      kept: count,
      repeat: count,
      lines: count,
      bytes: count,
      assistantChars: count,
      volumes: z.record(z.enum(fatesOfConverted), volume),
      askedShare: z.number().exactOptional(),
      askedRows: count.exactOptional(),
      realisedShare: z.number(),
      limiting: z.boolean(),
    }),
  ),
  trainLines: count,
  heldoutLines: count,
});
